//! Where a text has what a query asks for, and the stretch of it that shows this best.

use std::ops::Range;

use super::query::{Query, Word};
use super::runs::{Part, Run, runs};
use super::terms::inner;

/// Words that a stretch shows.
const SHOWN: usize = 24;
/// Letters of scripts without spaces that count as one word of it.
const LETTERS_A_WORD: usize = 2;

/// The stretch of a text that shows best what a query asks for, with each place between `⟦` and `⟧`; `None` if the text
/// does not have all of its words.
pub(crate) fn found_in(text: &str, query: &Query) -> Option<String> {
    let whole = Whole::of(text);
    let mut hits = Vec::new();
    for (no, word) in query.words.iter().enumerate() {
        let before = hits.len();
        whole.hits(word, |at| hits.push((at, no)));
        if hits.len() == before {
            return None;
        }
    }
    hits.sort_unstable_by_key(|(at, no)| (at.start, at.end, *no));
    Some(shown(text, &whole.units(), &hits))
}

/// A text, taken apart.
#[derive(Default)]
struct Whole {
    folded: String,
    parts: Vec<Part>,
    /// Where each run's letters and parts lie, and whether it is of a script without spaces.
    runs: Vec<(Range<usize>, Range<usize>, bool)>,
}

impl Whole {
    fn of(text: &str) -> Whole {
        let mut whole = Whole::default();
        runs(text, |run| {
            let (letters, parts) = (whole.folded.len(), whole.parts.len());
            whole.folded.push_str(run.folded);
            whole.parts.extend_from_slice(run.parts);
            whole.runs.push((
                letters..whole.folded.len(),
                parts..whole.parts.len(),
                run.spaceless,
            ));
        });
        whole
    }

    fn runs(&self) -> impl Iterator<Item = Run<'_>> {
        self.runs.iter().map(|(letters, parts, spaceless)| Run {
            folded: &self.folded[letters.clone()],
            parts: &self.parts[parts.clone()],
            spaceless: *spaceless,
        })
    }

    /// Where a word is, in bytes of the text.
    fn hits(&self, word: &Word, mut each: impl FnMut(Range<usize>)) {
        for run in self.runs().filter(|run| run.spaceless == word.spaceless) {
            if word.spaceless {
                stretches(&run, word, &mut each)
            } else {
                in_word(&run, word, &mut each)
            }
        }
        if !word.spaceless && word.parts.len() > 1 {
            self.side_by_side(word, each);
        }
    }

    /// The parts of an identifier, one after the other, whatever stands between them: `by_id` and `By Id` for `ById`.
    fn side_by_side(&self, word: &Word, mut each: impl FnMut(Range<usize>)) {
        let parts: Vec<(&str, Part)> = self
            .runs()
            .filter(|run| !run.spaceless)
            .flat_map(|run| (0..run.parts.len()).map(move |i| (run.part(i), run.parts[i])))
            .collect();
        let (last, first) = (word.parts.len() - 1, &word.parts[..word.parts.len() - 1]);
        for window in parts.windows(word.parts.len()) {
            let all = first
                .iter()
                .zip(window)
                .all(|(wanted, (part, _))| wanted == part);
            let end = &word.parts[last];
            if all && (window[last].0 == end || (word.beginning && window[last].0.starts_with(end)))
            {
                each(window[0].1.start..window[last].1.end);
            }
        }
    }

    /// What is counted when a stretch is cut out: words, and a few letters of scripts without spaces.
    fn units(&self) -> Vec<Range<usize>> {
        let mut units = Vec::new();
        for run in self.runs() {
            let size = if run.spaceless {
                LETTERS_A_WORD
            } else {
                run.parts.len()
            };
            units.extend(
                run.parts
                    .chunks(size)
                    .map(|unit| unit[0].start..unit[unit.len() - 1].end),
            );
        }
        units
    }
}

fn stretches(run: &Run<'_>, word: &Word, each: &mut impl FnMut(Range<usize>)) {
    for (from, found) in run.folded.match_indices(&word.folded) {
        let first = run.parts.partition_point(|part| part.from < from);
        let after = run
            .parts
            .partition_point(|part| part.from < from + found.len());
        each(run.parts[first].start..run.parts[after - 1].end);
    }
}

/// A word or a part of an identifier, or the identifier from a part on.
fn in_word(run: &Run<'_>, word: &Word, each: &mut impl FnMut(Range<usize>)) {
    let wanted = &word.folded[..];
    let whole = std::iter::once((0, run.folded, run.folded));
    for (i, from, part) in whole.chain(inner(run)) {
        if from == wanted || (word.beginning && from.starts_with(wanted)) || part == wanted {
            let to = run.parts[i].from + wanted.len();
            let after = run.parts.partition_point(|part| part.from < to);
            each(run.parts[i].start..run.parts[after - 1].end);
        }
    }
}

/// `hits` are places with the number of their word, in order.
fn shown(text: &str, units: &[Range<usize>], hits: &[(Range<usize>, usize)]) -> String {
    let unit = |at: usize| units.partition_point(|unit| unit.end <= at);
    let mut best = (0, 0..0);
    for (i, (hit, _)) in hits.iter().enumerate() {
        let first = unit(hit.start);
        let (mut words, mut last) = (0_u64, first);
        for (other, no) in &hits[i..] {
            let at = unit(other.start);
            if at >= first + SHOWN {
                break;
            }
            (words, last) = (words | 1 << (no % 64), at);
        }
        if words.count_ones() > best.0 {
            best = (words.count_ones(), first..last + 1);
        }
    }
    let spare = SHOWN.saturating_sub(best.1.len());
    let first = best
        .1
        .start
        .saturating_sub(spare / 2)
        .min(units.len().saturating_sub(SHOWN));
    let after = (first + SHOWN).min(units.len());
    let from = if first == 0 { 0 } else { units[first].start };
    let to = if after == units.len() {
        text.len()
    } else {
        units[after - 1].end
    };
    let mut shown = String::new();
    if first > 0 {
        shown.push('…');
    }
    let mut at = from;
    for (hit, _) in hits {
        if hit.start >= at && hit.start < to {
            shown.push_str(&text[at..hit.start]);
            at = hit.end.min(to.max(hit.start));
            shown.extend(["⟦", &text[hit.start..at], "⟧"]);
        }
    }
    shown.push_str(&text[at.min(to)..to]);
    if after < units.len() {
        shown.push('…');
    }
    shown
}

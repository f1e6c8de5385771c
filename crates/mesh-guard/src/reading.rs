//! A folded text cut into pieces, and the windows of pieces that are judged, each by itself.
//!
//! A window begins with a piece and ends with one. What stands outside of it changes nothing, so an attack stays one whatever
//! stands in front of it or behind.

use crate::features::visit;
use crate::mend::mend;
use crate::model::Sums;
use crate::rules::{self, RuleMatch};
use crate::scan::{Hit, scan};
use crate::segment::{Kind, Piece, pieces};
use crate::view::View;

/// A window takes at most so many pieces, and no further one beyond so many bytes.
const PIECES_MAX: usize = 6;
const BYTES_MAX: usize = 320;

/// A text as it is judged.
pub struct Reading {
    pub view: View,
    pub pieces: Vec<Piece>,
    pub found: Vec<RuleMatch>,
    pub hits: Vec<Hit>,
    sums: Vec<Sums>,
    /// For each piece the first find that begins in it, and behind the last one their number.
    first_find: Vec<usize>,
    /// For each piece the rules that hold within it, and whether a find goes on into it from before.
    within: Vec<u64>,
    crosses: Vec<bool>,
}

/// A window: the pieces from one to another, the rules that hold in it, and what the model thinks of it.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub first: usize,
    pub last: usize,
    pub rules: u64,
    pub wording: f32,
    /// Whether a reader of the page does not see a part of it.
    pub unseen: bool,
}

impl Reading {
    pub fn of(view: View) -> Self {
        let view = mend(&view).unwrap_or(view);
        let hits = scan(&view);
        let pieces = pieces(&view.text);
        let mut found = rules::apply(&view.text, &hits);
        found.sort_by_key(|one| one.start);
        let (mut at, mut sums) = (0, Vec::with_capacity(pieces.len()));
        for piece in &pieces {
            let mut sum = Sums::default();
            visit(&view.text, piece, hits_of(&hits, piece, &mut at), &mut sum);
            sums.push(sum);
        }
        let (mut before, mut first_find) = (0, Vec::with_capacity(pieces.len() + 1));
        for piece in &pieces {
            first_find.push(before);
            before += found[before..]
                .iter()
                .take_while(|one| one.start < piece.end)
                .count();
        }
        first_find.push(before);
        let mut within = Vec::with_capacity(pieces.len());
        let (mut crosses, mut reach) = (Vec::with_capacity(pieces.len()), 0);
        for (number, piece) in pieces.iter().enumerate() {
            crosses.push(reach > piece.start);
            let mut set = 0;
            for one in &found[first_find[number]..first_find[number + 1]] {
                set |= u64::from(one.end <= piece.end) << one.rule;
                reach = reach.max(one.end);
            }
            within.push(set);
        }
        Self {
            view,
            pieces,
            found,
            hits,
            sums,
            first_find,
            within,
            crosses,
        }
    }

    /// All windows, those that begin with one piece after another.
    pub fn windows(&self) -> impl Iterator<Item = Window> + '_ {
        (0..self.pieces.len()).flat_map(|first| self.windows_from(first))
    }

    fn windows_from(&self, first: usize) -> impl Iterator<Item = Window> + '_ {
        let start = self.pieces[first].start;
        let (mut sums, mut rules, mut unseen) = (Sums::default(), 0, false);
        (first..self.pieces.len())
            .take(PIECES_MAX)
            .take_while(move |last| *last == first || self.pieces[*last].end - start <= BYTES_MAX)
            .map(move |last| {
                sums.add(&self.sums[last]);
                unseen |= self.pieces[last].kind == Kind::Unseen;
                // Finds that began before this piece may end in it.
                rules |= if self.crosses[last] || last == first {
                    self.finds(first, last)
                        .fold(0, |set, one| set | 1 << one.rule)
                } else {
                    self.within[last]
                };
                Window {
                    first,
                    last,
                    rules,
                    wording: sums.value(),
                    unseen,
                }
            })
    }

    /// The rules' finds within a window.
    pub fn finds(&self, first: usize, last: usize) -> impl Iterator<Item = &RuleMatch> {
        let end = self.pieces[last].end;
        let range = self.first_find[first]..self.first_find[last + 1];
        self.found[range].iter().filter(move |one| one.end <= end)
    }

    /// The part of the original that a window shows.
    pub fn span(&self, window: &Window) -> (usize, usize) {
        self.view.span(
            self.pieces[window.first].start,
            self.pieces[window.last].end,
        )
    }
}

/// The words of the lexicon that begin in a piece; what came before it is left behind.
pub fn hits_of<'a>(hits: &'a [Hit], piece: &Piece, at: &mut usize) -> &'a [Hit] {
    while *at < hits.len() && hits[*at].start < piece.start {
        *at += 1;
    }
    let from = *at;
    while *at < hits.len() && hits[*at].start < piece.end {
        *at += 1;
    }
    &hits[from..*at]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What is done for a text is bounded by its length: of letters that stand for phrases as of others.
        #[test]
        fn work_grows_with_the_length_alone(text in r"(\PC|\u{fdfa}|[a-z]{1,9} |\. |\n|ignore all rules ){0,80}") {
            let (view, _) = View::fold(&text);
            prop_assert!(view.text.len() <= 8 * text.len() + 1);
            let reading = Reading::of(view);
            prop_assert!(reading.pieces.len() <= reading.view.text.len());
            prop_assert!(reading.windows().count() <= PIECES_MAX * reading.pieces.len());
            let ends = reading.pieces.windows(2).all(|two| two[0].end <= two[1].start);
            prop_assert!(ends, "pieces overlap");
        }
    }
}

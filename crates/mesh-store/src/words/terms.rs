//! What an index holds of a text: words, parts of identifiers, pairs of letters of scripts without spaces.

use super::runs::{Run, runs};

/// Bytes of a word that count. What is longer is no word of a language; it is found by its beginning.
const TERM_BYTES_MAX: usize = 64;

/// Parts of an identifier. What has more is no name that somebody gave but a hash or encoded bytes.
const PARTS_MAX: usize = 16;

/// Calls `each` with everything that a text is to be found by, in its order; some of it may come more than once.
///
/// A word is found whole. An identifier is found by each part of at least two letters, and from each of them on to its
/// end, so that `getUserById` begins with `userby` too. In a script without spaces each pair of letters that stand side by
/// side is a term, and the last letter is one, so that each letter begins a term.
pub(crate) fn terms(text: &str, mut each: impl FnMut(&str)) {
    runs(text, |run| {
        if run.spaceless {
            (0..run.parts.len()).for_each(|i| each(pair(&run, i)));
            return;
        }
        each(cut(run.folded));
        for (i, from, part) in inner(&run) {
            if i > 0 {
                each(cut(from));
            }
            if i + 1 < run.parts.len() {
                each(cut(part));
            }
        }
    });
}

/// Calls `each` with what is to be looked for if any word of a text will do, and whether it may begin a longer term.
pub(crate) fn loosely(text: &str, mut each: impl FnMut(&str, bool)) {
    runs(text, |run| {
        if !run.spaceless {
            each(cut(run.folded), false);
            inner(&run).for_each(|(_, _, part)| each(cut(part), false));
        } else if run.parts.len() == 1 {
            each(run.folded, true);
        } else {
            (0..run.parts.len() - 1).for_each(|i| each(pair(&run, i), false));
        }
    });
}

/// The letter `i` of a script without spaces, and the one after it.
pub(super) fn pair<'a>(run: &Run<'a>, i: usize) -> &'a str {
    let to = run
        .parts
        .get(i + 2)
        .map_or(run.folded.len(), |next| next.from);
    &run.folded[run.parts[i].from..to]
}

/// The parts of an identifier that are terms: their number, the identifier from there on, and the part.
pub(super) fn inner<'a>(run: &Run<'a>) -> impl Iterator<Item = (usize, &'a str, &'a str)> {
    let named = (2..=PARTS_MAX).contains(&run.parts.len());
    let run = *run;
    (0..run.parts.len())
        .filter(move |_| named)
        .map(move |i| (i, &run.folded[run.parts[i].from..], run.part(i)))
        .filter(|(_, _, part)| part.chars().nth(1).is_some())
}

/// A word as the index holds it.
pub(super) fn cut(word: &str) -> &str {
    &word[..word.floor_char_boundary(TERM_BYTES_MAX)]
}

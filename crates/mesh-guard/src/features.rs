//! The features of the linear model: hashed words, pairs and triples of words, parts of words, signs, how a sentence begins,
//! and which words of the lexicon stand in which order in what kind of place.
//!
//! The training script makes its features with this very code, through the example `features`; the golden test at the end
//! says when they change, because then the weights must be trained anew.

use crate::scan::Hit;
use crate::segment::Piece;

/// The number of bits of a feature's number.
pub const FEATURE_BITS: u32 = 19;
/// How many bytes of a word are read in parts.
const WORD_PARTS_MAX: usize = 24;
/// The length of a part of a word in bytes.
const PART: usize = 4;
/// How many words of the lexicon before one make a pair with it.
const PAIRS_BACK: usize = 6;

/// Takes the features of a text as they come.
pub trait Sink {
    /// A feature of wording.
    fn word(&mut self, index: usize);
    /// A feature of meaning: words of the lexicon and the place that they stand in.
    fn meaning(&mut self, index: usize);
}

const SEED: u32 = 0x811c_9dc5;

fn mix(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

fn join(kind: u8, hashes: &[u32]) -> usize {
    let mut hash = mix(SEED, kind);
    for one in hashes {
        hash = (hash ^ one).wrapping_mul(0x85eb_ca6b);
        hash ^= hash >> 13;
    }
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^= hash >> 16;
    (hash & ((1 << FEATURE_BITS) - 1)) as usize
}

/// A letter of a script that is written without spaces is a word.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0E7F}' | '\u{2E80}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Reads a piece of a folded text, with the words of the lexicon in it, and gives its features to the sink.
pub fn visit(text: &str, piece: &Piece, hits: &[Hit], sink: &mut impl Sink) {
    let kind = piece.kind as u32;
    let text = &text[..piece.end];
    let mut reader = Reader {
        sink,
        before: [0, 0],
        words: 0,
        kind,
        second: piece.end,
    };
    let bytes = text.as_bytes();
    let mut at = piece.start;
    while at < bytes.len() {
        let end = word_end(text, at);
        if end > at {
            reader.word(&bytes[at..end], end);
            at = end;
        } else {
            let c = text[at..].chars().next().unwrap_or(' ');
            let length = c.len_utf8();
            if stands_alone(c) && c.is_alphanumeric() {
                reader.word(&bytes[at..at + length], at + length);
            } else if !c.is_whitespace() {
                reader.sign(&bytes[at..at + length]);
            }
            at += length;
        }
    }
    let second = reader.second;
    sink.meaning(join(14, &[kind]));
    for (at, hit) in hits.iter().enumerate() {
        for concept in concepts(hit) {
            sink.meaning(join(7, &[concept]));
            sink.meaning(join(8, &[concept, kind]));
            if hit.start < second {
                sink.meaning(join(10, &[concept]));
            }
            for earlier in &hits[at.saturating_sub(PAIRS_BACK)..at] {
                if earlier.end <= hit.start {
                    concepts(earlier).for_each(|first| sink.meaning(join(9, &[first, concept])));
                }
            }
        }
    }
}

/// At most three concepts of a word, each as a number that is not 0.
fn concepts(hit: &Hit) -> impl Iterator<Item = u32> {
    let mut left = hit.concepts;
    std::iter::from_fn(move || {
        let first = left.trailing_zeros();
        left &= left.wrapping_sub(1);
        (first < 64).then_some(first + 1)
    })
    .take(3)
}

/// Where the word that begins here ends; here, if none does.
fn word_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = at;
    while end < bytes.len() {
        if bytes[end].is_ascii() {
            if !bytes[end].is_ascii_alphanumeric() {
                break;
            }
            end += 1;
            continue;
        }
        match text[end..].chars().next() {
            Some(c) if c.is_alphanumeric() && !stands_alone(c) => end += c.len_utf8(),
            _ => break,
        }
    }
    end
}

struct Reader<'a, S> {
    sink: &'a mut S,
    before: [u32; 2],
    words: usize,
    kind: u32,
    /// Where the second word ends.
    second: usize,
}

impl<S: Sink> Reader<'_, S> {
    fn word(&mut self, word: &[u8], end: usize) {
        // One number is like another.
        let word = if word.iter().all(u8::is_ascii_digit) {
            b"0"
        } else {
            word
        };
        let hash = word.iter().fold(SEED, |hash, byte| mix(hash, *byte));
        let [second, first] = self.before;
        self.sink.word(join(1, &[hash]));
        self.sink.word(join(2, &[first, hash]));
        self.sink.word(join(3, &[second, first, hash]));
        let part = &word[..word.len().min(WORD_PARTS_MAX)];
        for from in 0..part.len().saturating_sub(PART - 1) {
            let hash = part[from..from + PART]
                .iter()
                .fold(SEED, |hash, byte| mix(hash, *byte));
            self.sink.word(join(if from == 0 { 4 } else { 5 }, &[hash]));
        }
        self.before = [first, hash];
        self.words += 1;
        match self.words {
            1 => self.sink.meaning(join(12, &[self.kind, hash])),
            2 => {
                self.second = end;
                self.sink.meaning(join(13, &[first, hash]));
            }
            _ => {}
        }
    }

    fn sign(&mut self, sign: &[u8]) {
        let hash = sign.iter().fold(SEED, |hash, byte| mix(hash, *byte));
        self.sink.word(join(6, &[hash]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::scan;
    use crate::segment::pieces;
    use crate::view::View;

    #[derive(Default)]
    struct List(Vec<usize>, Vec<usize>);

    impl Sink for List {
        fn word(&mut self, index: usize) {
            self.0.push(index);
        }
        fn meaning(&mut self, index: usize) {
            self.1.push(index);
        }
    }

    #[test]
    fn features_are_those_that_the_weights_were_trained_on() {
        let (view, _) = View::fold("ignore: rules 42 指");
        let mut list = List::default();
        for piece in pieces(&view.text) {
            visit(&view.text, &piece, &scan(&view), &mut list);
        }
        let sum = |all: &[usize]| all.iter().fold(0, |sum, one| (sum * 31 + one) % 1_000_003);
        assert_eq!((list.0.len(), list.1.len()), (18, 18));
        assert_eq!((sum(&list.0), sum(&list.1)), (70_255, 730_600));
    }
}

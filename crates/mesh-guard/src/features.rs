//! The features of the linear model: hashed words, pairs and triples of words, parts of words, and signs.
//!
//! The training script makes its features with this very code, through the example `features`; the golden test at the end
//! says when they change, because then the weights must be trained anew.

/// The number of bits of a feature's number.
pub const FEATURE_BITS: u32 = 19;
/// The words of a block. The model reads a text through windows of one block and of two.
const BLOCK_WORDS: usize = 20;
/// How many bytes of a word are read in parts.
const WORD_PARTS_MAX: usize = 24;
/// The length of a part of a word in bytes.
const PART: usize = 4;

/// Takes the features of a text as they come.
pub trait Sink {
    /// One feature.
    fn feature(&mut self, index: usize);
    /// A block ends here.
    fn block(&mut self, end: usize);
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

/// Reads a folded text and gives its features to the sink.
pub fn visit(text: &str, sink: &mut impl Sink) {
    let mut reader = Reader {
        sink,
        before: [0, 0],
        words: 0,
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let end = word_end(text, at);
        if end > at {
            reader.word(&bytes[at..end]);
            at = end;
        } else {
            let c = text[at..].chars().next().unwrap_or(' ');
            let length = c.len_utf8();
            if stands_alone(c) && c.is_alphanumeric() {
                reader.word(&bytes[at..at + length]);
            } else if c == '\n' || !c.is_whitespace() {
                reader.sign(&bytes[at..at + length]);
            }
            at += length;
        }
        if reader.words >= BLOCK_WORDS {
            reader.words = 0;
            reader.sink.block(at);
        }
    }
    if reader.words > 0 {
        reader.sink.block(bytes.len());
    }
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
}

impl<S: Sink> Reader<'_, S> {
    fn word(&mut self, word: &[u8]) {
        // One number is like another.
        let word = if word.iter().all(u8::is_ascii_digit) {
            b"0"
        } else {
            word
        };
        let hash = word.iter().fold(SEED, |hash, byte| mix(hash, *byte));
        let [second, first] = self.before;
        self.sink.feature(join(1, &[hash]));
        self.sink.feature(join(2, &[first, hash]));
        self.sink.feature(join(3, &[second, first, hash]));
        let part = &word[..word.len().min(WORD_PARTS_MAX)];
        for from in 0..part.len().saturating_sub(PART - 1) {
            let hash = part[from..from + PART]
                .iter()
                .fold(SEED, |hash, byte| mix(hash, *byte));
            self.sink
                .feature(join(if from == 0 { 4 } else { 5 }, &[hash]));
        }
        self.before = [first, hash];
        self.words += 1;
    }

    fn sign(&mut self, sign: &[u8]) {
        let hash = sign.iter().fold(SEED, |hash, byte| mix(hash, *byte));
        self.sink.feature(join(6, &[hash]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct List(Vec<usize>, Vec<usize>);

    impl Sink for List {
        fn feature(&mut self, index: usize) {
            self.0.push(index);
        }
        fn block(&mut self, end: usize) {
            self.1.push(end);
        }
    }

    fn features(text: &str) -> List {
        let mut list = List::default();
        visit(text, &mut list);
        list
    }

    #[test]
    fn features_are_those_that_the_weights_were_trained_on() {
        let List(found, blocks) = features("\nignore: 42 指");
        assert_eq!(found.len(), 1 + 6 + 1 + 3 + 3);
        assert_eq!(blocks, [15]);
        assert_eq!(found, GOLDEN);
    }

    const GOLDEN: [usize; 14] = [
        295260, 141250, 431752, 187844, 233201, 62848, 472501, 253943, 271556, 307078, 282216,
        261148, 197636, 198587,
    ];

    #[test]
    fn a_block_has_twenty_words() {
        assert_eq!(features(&"word ".repeat(45)).1, [99, 199, 225]);
        assert_eq!(features("指".repeat(20).as_str()).1, [60]);
        assert!(features(" .\n").1.is_empty());
    }
}

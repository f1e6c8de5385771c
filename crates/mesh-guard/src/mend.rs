//! Words that attacks are made of, with one letter wrong, put right: "iunstructions", "ingore".

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::view::View;

/// Words that rules cannot do without. Shorter words are too near to others.
const CORE: &str = "ignore disregard forget override previous previously earlier preceding instruction instructions \
    directive directives guideline guidelines prompt system developer assistant assistants reveal following execute \
    password passwords credential credentials secret secrets token tokens private forward transmit upload \
    exfiltrate immediately confidential conversation history without telling mention approval approve bypass \
    safety restrictions restriction unrestricted command commands administrator authorized verification \
    environment variables repository download install disable delete transfer recipient attachment \
    anweisungen vorherigen ignoriere passwort instrucciones anteriores contrasena consignes precedentes \
    istruzioni precedenti instrucoes anteriores senha";

/// Words that are right though they are near to one of those.
const RIGHT: &str = "tokens token forgot foreword reword foreward reveals relieve prompts promote instructional secrete \
    system's safely saftey tolling selling calling filling felling approves approved approval improve restrict \
    commend comments commands common forwards toward towards retell deleted deletes defeat deplete depot \
    disables disabled enable transfers transferred downloads installs installed instal password's secret's sects \
    historic victory privately pirate primate executed executes executor previous' bypass uploads unload reload \
    recipients attachments privates systems stem item history's taken tocken woken broken spoken token's \
    forger forges ignored ignores ignorer signore select secretes regret secreted developers developed develop \
    envelope envelopes developper conversion conversations revert never revel revels overrides overrode \
    overlie overside assistance assistant's resistant consistent following's hollowing allowing fallowing \
    flowing wallowing commander command's demands approver improves improved disregards unstable enabled \
    tables variable's variable presides precedence precedents precedent preceded unrestricted's install's \
    passwort passwords directives direction directions directive's directed telling's guidelines mentions \
    mentioned attention retention detention mansion credentials credential's restrictive restriction's \
    systeme systems sisteme sistem systemes prompte prompto prompta systema sistema";

const LENGTH_MIN: usize = 6;
const LENGTH_MAX: usize = 16;
/// Words mended in one text; more is no text.
const MENDED_MAX: usize = 4096;

struct Core {
    words: Vec<&'static str>,
    /// Words by their first three bytes, and by their last three.
    heads: BTreeMap<[u8; 3], Vec<u16>>,
    tails: BTreeMap<[u8; 3], Vec<u16>>,
    /// Which hashes of three bytes any word has.
    head_bits: Bits,
    tail_bits: Bits,
    right: std::collections::BTreeSet<&'static str>,
}

/// A set of three bytes by their hash.
struct Bits([u64; 64]);

impl Bits {
    fn of<'a>(all: impl Iterator<Item = &'a [u8; 3]>) -> Self {
        let mut bits = [0; 64];
        for three in all {
            let hash = Self::hash(*three);
            bits[hash >> 6] |= 1 << (hash & 63);
        }
        Self(bits)
    }

    fn hash([a, b, c]: [u8; 3]) -> usize {
        (usize::from(a & 31) << 7 ^ usize::from(b & 31) << 4 ^ usize::from(c & 31)) & 4095
    }

    fn has(&self, three: [u8; 3]) -> bool {
        let hash = Self::hash(three);
        self.0[hash >> 6] & (1 << (hash & 63)) != 0
    }
}

static CORES: LazyLock<Core> = LazyLock::new(|| {
    let words: Vec<&str> = CORE
        .split_whitespace()
        .filter(|word| word.len() >= LENGTH_MIN)
        .collect();
    let (mut heads, mut tails) = (BTreeMap::new(), BTreeMap::new());
    for (number, word) in words.iter().enumerate() {
        let number = u16::try_from(number).unwrap_or(0);
        heads
            .entry(head(word.as_bytes()))
            .or_insert_with(Vec::new)
            .push(number);
        tails
            .entry(tail(word.as_bytes()))
            .or_insert_with(Vec::new)
            .push(number);
    }
    Core {
        head_bits: Bits::of(heads.keys()),
        tail_bits: Bits::of(tails.keys()),
        right: RIGHT
            .split_whitespace()
            .chain(words.iter().copied())
            .collect(),
        words,
        heads,
        tails,
    }
});

fn head(word: &[u8]) -> [u8; 3] {
    [word[0], word[1], word[2]]
}

fn tail(word: &[u8]) -> [u8; 3] {
    let end = word.len();
    [word[end - 3], word[end - 2], word[end - 1]]
}

/// The view with its core words mended, if there was something to mend.
pub fn mend(view: &View) -> Option<View> {
    let core = &*CORES;
    let bytes = view.text.as_bytes();
    let mut mended = Vec::new();
    let mut at = 0;
    while at < bytes.len() && mended.len() < MENDED_MAX {
        let length = bytes[at..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
        if (LENGTH_MIN - 1..=LENGTH_MAX).contains(&length)
            && let Some(word) = core.right_word(&bytes[at..at + length])
        {
            mended.push((at, at + length, word));
        }
        at += length.max(1);
    }
    (!mended.is_empty()).then(|| view.with_words(&mended))
}

impl Core {
    fn right_word(&self, word: &[u8]) -> Option<&'static str> {
        let heads = self
            .head_bits
            .has(head(word))
            .then(|| self.heads.get(&head(word)))
            .flatten();
        let tails = self
            .tail_bits
            .has(tail(word))
            .then(|| self.tails.get(&tail(word)))
            .flatten();
        let known = |number: &&u16| is_one_edit(word, self.words[usize::from(**number)].as_bytes());
        let found = heads
            .into_iter()
            .flatten()
            .chain(tails.into_iter().flatten())
            .find(known)?;
        let text = std::str::from_utf8(word).ok()?;
        (!self.right.contains(text)).then(|| self.words[usize::from(*found)])
    }
}

/// Whether one letter more, one less, another one, or two that changed places make one word of the other. The last letter
/// must be right: endings make other words.
fn is_one_edit(word: &[u8], core: &[u8]) -> bool {
    if word.len().abs_diff(core.len()) > 1 || word.last() != core.last() {
        return false;
    }
    let same = word.iter().zip(core).take_while(|(a, b)| a == b).count();
    let alike = word
        .iter()
        .rev()
        .zip(core.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (shorter, longer) = (word.len().min(core.len()), word.len().max(core.len()));
    if same == longer {
        return false;
    }
    if word.len() == core.len() {
        return same + alike + 1 >= longer
            || (same + alike + 2 == longer
                && word[same] == core[same + 1]
                && word[same + 1] == core[same]);
    }
    same + alike >= shorter
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        let (view, _) = View::fold(text);
        mend(&view).map_or_else(|| view.text.clone(), |view| view.text)
    }

    #[test]
    fn one_letter_wrong_is_put_right() {
        for word in [
            "iunstructions",
            "instrutcions",
            "instructons",
            "lnstructions",
            "instruction5s",
        ] {
            assert_eq!(
                mended(&format!("the {word} here")),
                "\nthe instructions here",
                "{word}"
            );
        }
        for word in ["ingore", "gnore", "ign0re", "igmore"] {
            assert_eq!(mended(word), "\nignore", "{word}");
        }
    }

    #[test]
    fn words_that_are_right_stay() {
        for text in [
            "ignored",
            "developed",
            "never revert",
            "broken spoken",
            "comments in common",
            "assistance",
        ] {
            assert_eq!(mended(text), format!("\n{text}"));
        }
    }

    #[test]
    fn a_mended_word_keeps_its_place() {
        let text = "Please iunstructions end";
        let view = mend(&View::fold(text).0).unwrap();
        let at = view.text.find("instructions").unwrap();
        let (start, end) = view.span(at, at + "instructions".len());
        assert_eq!(&text[start..end], "iunstructions");
    }
}

//! Phrases against words, and spoken names against handles. Pure.

use mesh_model::ParticipantId;

use super::hear::{Word, fold};

/// Letters from which on a name may be heard with one letter wrong.
const FUZZY_LETTERS_MIN: usize = 5;
/// Words that one name is spoken in.
const NAME_WORDS_MAX: usize = 5;

/// Somebody who can be named.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub id: ParticipantId,
    pub handle: String,
    /// The handle without what is not heard.
    joined: String,
}

impl Name {
    pub fn new(id: ParticipantId, handle: &str) -> Name {
        let joined = fold(handle).replace('-', "");
        Name {
            id,
            handle: handle.to_owned(),
            joined,
        }
    }
}

/// Who was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    One(usize),
    /// More than one is called nearly so.
    Several(Vec<usize>),
}

/// Who is called so. A name that is exactly that counts before one that is nearly that.
pub(crate) fn named(names: &[Name], words: &[Word]) -> Option<Named> {
    let spoken: String = words.iter().map(|word| &*word.folded).collect();
    let which = |is: &dyn Fn(&Name) -> bool| -> Vec<usize> {
        let all = names.iter().enumerate();
        all.filter(|(_, name)| is(name)).map(|(at, _)| at).collect()
    };
    let mut found = which(&|name| name.joined == spoken);
    if found.is_empty() && words.len() == 1 {
        found = which(&|name| nearly(&name.joined, &spoken) == Some(1));
    }
    match found.as_slice() {
        [] => None,
        [one] => Some(Named::One(*one)),
        _ => Some(Named::Several(found)),
    }
}

/// How many letters two words differ in, if that is none, or one in a word that is long enough.
pub(crate) fn nearly(a: &str, b: &str) -> Option<usize> {
    if a == b {
        return Some(0);
    }
    let (long_a, long_b) = (a.chars().count(), b.chars().count());
    // One letter leaves the first or the last as it is: most words are told apart by that.
    let ends = a.chars().next() == b.chars().next() || a.chars().last() == b.chars().last();
    let may = ends && long_a.min(long_b) >= FUZZY_LETTERS_MIN && long_a.abs_diff(long_b) <= 1;
    // "agent1" and "agent2" are different names however alike they sound.
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    (may && digits(a) == digits(b) && strsim::osa_distance(a, b) == 1).then_some(1)
}

/// A part of a phrase.
enum Piece {
    Word(Vec<&'static str>),
    /// One of these or nothing; each of one word or several.
    Optional(Vec<Vec<&'static str>>),
    Agent,
    Text,
}

/// The parts of a phrase: words, and what stands in brackets as one.
fn parts(phrase: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = phrase;
    while !rest.is_empty() {
        let close = if rest.starts_with('[') {
            rest.find(']').map(|at| at + 1)
        } else {
            rest.find(' ')
        };
        let (part, more) = rest.split_at(close.unwrap_or(rest.len()));
        parts.push(part);
        rest = more.trim_start();
    }
    parts
}

fn pieces(phrase: &'static str) -> Vec<Piece> {
    let piece = |part: &'static str| match part {
        "{agent}" => Piece::Agent,
        "{text}" => Piece::Text,
        _ => match part.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            Some(inner) => {
                let ways = inner.split('|').map(|way| way.split(' ').collect());
                Piece::Optional(ways.collect())
            }
            None => Piece::Word(part.split('|').collect()),
        },
    };
    parts(phrase).into_iter().map(piece).collect()
}

/// Whether a phrase takes words of one's own.
pub(crate) fn has_text(phrase: &str) -> bool {
    phrase.ends_with("{text}")
}

/// What a phrase bound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bound {
    pub agent: Option<Named>,
    /// The first word of one's own.
    pub text: Option<usize>,
}

/// What the words are by a phrase, if they are that.
pub(crate) fn fits(phrase: &'static str, words: &[Word], names: &[Name]) -> Option<Bound> {
    // Phrases of several words in brackets that may be left out make no phrase of nothing.
    if words.is_empty() {
        return None;
    }
    let mut bound = Bound::default();
    fit(&pieces(phrase), words, 0, names, &mut bound).then_some(bound)
}

fn fit(pieces: &[Piece], words: &[Word], at: usize, names: &[Name], bound: &mut Bound) -> bool {
    let Some((piece, rest)) = pieces.split_first() else {
        return at == words.len();
    };
    let is = |any: &[&str]| {
        words
            .get(at)
            .is_some_and(|word| any.contains(&&*word.folded))
    };
    match piece {
        Piece::Word(any) => is(any) && fit(rest, words, at + 1, names, bound),
        Piece::Optional(ways) => {
            let said = |way: &Vec<&str>| {
                let said = words[at..].iter().map(|word| &*word.folded);
                said.take(way.len()).eq(way.iter().copied())
            };
            let mut said = ways.iter().filter(|way| said(way));
            said.any(|way| fit(rest, words, at + way.len(), names, bound))
                || fit(rest, words, at, names, bound)
        }
        Piece::Text => {
            bound.text = Some(at);
            at < words.len()
        }
        Piece::Agent => spans(words, at).any(|end| {
            let Some(found) = named(names, &words[at..end]) else {
                return false;
            };
            bound.agent = Some(found);
            fit(rest, words, end, names, bound)
        }),
    }
}

/// Where a name that begins here may end, the longest first.
pub(crate) fn spans(words: &[Word], at: usize) -> impl Iterator<Item = usize> + use<> {
    let most = words.len().min(at + NAME_WORDS_MAX);
    (at + 1..=most).rev()
}

/// A phrase as it is said to somebody, with what stands for its blanks.
pub(crate) fn example(phrase: &str, agent: &str) -> String {
    let words = parts(phrase).into_iter();
    let words = words.filter(|word| !word.starts_with('['));
    let words = words.map(|word| match word {
        "{agent}" => agent,
        "{text}" => "…",
        word => word.split('|').next().unwrap_or(word),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::hear::Heard;
    use super::*;
    use mesh_model::ParticipantId;

    fn names() -> Vec<Name> {
        [
            "rex",
            "archon",
            "code-review",
            "agent1",
            "agent2",
            "marlin",
            "merlin",
        ]
        .iter()
        .map(|handle| Name::new(ParticipantId(uuid::Uuid::nil()), handle))
        .collect()
    }

    fn called(text: &str) -> Option<Named> {
        named(&names(), &Heard::new(text).words)
    }

    #[test]
    fn names_are_heard_exactly_or_with_one_letter_wrong_if_they_are_long() {
        assert_eq!(called("Rex"), Some(Named::One(0)));
        assert_eq!(called("wrecks"), None);
        assert_eq!(called("rax"), None);
        assert_eq!(called("archom"), Some(Named::One(1)));
        assert_eq!(called("arhcon"), Some(Named::One(1)));
        assert_eq!(called("arkom"), None);
        assert_eq!(called("code review"), Some(Named::One(2)));
        assert_eq!(called("agent1"), Some(Named::One(3)));
        assert_eq!(called("agent3"), None);
        assert_eq!(called("marlin"), Some(Named::One(5)));
        assert_eq!(called("murlin"), Some(Named::Several(vec![5, 6])));
    }

    #[test]
    fn a_phrase_takes_what_it_says() {
        let fit = |phrase, text| fits(phrase, &Heard::new(text).words, &names());
        let phrase = "ask|tell {agent} [to] {text}";
        let bound = fit(phrase, "tell code review to look at it").unwrap();
        assert_eq!((bound.agent, bound.text), (Some(Named::One(2)), Some(4)));
        assert_eq!(fit(phrase, "tell rex"), None);
        assert_eq!(fit(phrase, "tell nobody to look"), None);
        assert_eq!(fit("[a] [b]", ""), None);
        for (said, fits) in [
            ("who waits", true),
            ("who waits for me", true),
            ("who waits for", false),
            ("who waits for you", true),
            ("who waits me", false),
        ] {
            let found = fit("who waits [for me|for you]", said);
            assert_eq!(found.is_some(), fits, "{said}");
        }
        assert_eq!(example("what waits [for me]", "rex"), "what waits");
        assert_eq!(example("ask|tell {agent} [to] {text}", "rex"), "ask rex …");
    }
}

//! What texts have in common: the words that matter, folded to one form, and how near two sets of them are.
//!
//! Words are kept as hashes: what an observer remembers of a text cannot be read back, and comparing is quick.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// Words of one text that count.
const WORDS_MAX: usize = 96;

/// The words of a text. Common ones weigh less than those that say what it is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Sorted hashes.
    rare: Vec<u64>,
    common: Vec<u64>,
    /// Numbers, names of things and paths: where these differ, the texts are about different things.
    names: Vec<u64>,
}

/// What a common word weighs in percent of a rare one.
const COMMON_WEIGHT: u64 = 30;

impl Words {
    /// Those of a text.
    pub fn of(text: &str) -> Words {
        let (mut rare, mut common, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for word in split(text).take(WORDS_MAX) {
            if is_name(word) {
                names.insert(hash(&telling(&word.to_lowercase())));
                continue;
            }
            let folded = fold(word);
            match LEXICON.get(folded.as_str()) {
                _ if folded.is_empty() => false,
                Some(Known::Stop) => false,
                Some(Known::Common(root)) => common.insert(hash(root)),
                Some(Known::Rare(root)) => rare.insert(hash(root)),
                None => rare.insert(hash(&folded)),
            };
        }
        Words {
            rare: rare.into_iter().collect(),
            common: common.into_iter().collect(),
            names: names.into_iter().collect(),
        }
    }

    /// The words that say what a text is about, and whether each is a name.
    pub fn telling(&self) -> impl Iterator<Item = (u64, bool)> {
        let rare = self.rare.iter().map(|word| (*word, false));
        rare.chain(self.names.iter().map(|name| (*name, true)))
    }

    /// How near two texts are, percent: the weight of what both have in that of what either has. Texts about things with
    /// different names are not near, however alike they sound.
    pub fn nearness(&self, other: &Words) -> u8 {
        let (names_both, names_any) = overlap(&self.names, &other.names);
        let fewer = self.names.len().min(other.names.len()) as u64;
        if names_both < fewer {
            return 0;
        }
        let (rare_both, rare_any) = overlap(&self.rare, &other.rare);
        let (common_both, common_any) = overlap(&self.common, &other.common);
        let both = 100 * (rare_both + names_both) + COMMON_WEIGHT * common_both;
        let any = 100 * (rare_any + names_any) + COMMON_WEIGHT * common_any;
        // Two or three words say too little to be the same by chance.
        if rare_both + names_both == 0 || both < 130 {
            return 0;
        }
        u8::try_from(100 * both / any).unwrap_or(100)
    }
}

fn overlap(one: &[u64], two: &[u64]) -> (u64, u64) {
    let (mut at, mut both) = (0, 0);
    for word in one {
        while two.get(at).is_some_and(|other| other < word) {
            at += 1;
        }
        both += u64::from(two.get(at) == Some(word));
    }
    (both, one.len() as u64 + two.len() as u64 - both)
}

/// The words of a text, with what belongs to names inside.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    let between = |letter: char| !(letter.is_alphanumeric() || "_-./#%'’".contains(letter));
    let words = text.split(between);
    words
        .map(|word| word.trim_matches(|letter: char| "-./'’".contains(letter)))
        .filter(|word| !word.is_empty())
}

/// Whether a word names one thing among its like: a number, a path, an identifier.
pub fn is_name(word: &str) -> bool {
    let inner_capital =
        word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
    word.chars().any(|letter| letter.is_ascii_digit())
        || word.contains(['/', '_', '.', '#'])
        || inner_capital
}

/// The part of a name that tells it apart: of a path the last name, with its folder where files of that name are many.
fn telling(name: &str) -> String {
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let last = parts.last().copied().unwrap_or_default();
    let stem = last.split('.').next().unwrap_or_default();
    let many = matches!(
        stem,
        "mod" | "lib" | "main" | "index" | "readme" | "__init__" | "cargo" | "package"
    );
    let from = parts.len().saturating_sub(if many { 2 } else { 1 });
    parts[from..].join("/")
}

/// A word without its inflection, in small letters.
pub fn fold(word: &str) -> String {
    let word = word.to_lowercase();
    let word = word.split(['\'', '’']).next().unwrap_or_default();
    let cut = |ending: &str, least: usize| {
        let root = word.strip_suffix(ending)?;
        (root.chars().count() >= least && root.contains(['a', 'e', 'i', 'o', 'u', 'y']))
            .then_some(root)
    };
    let verb = |ending| {
        cut(ending, 3)
            .filter(|root| !root.ends_with('e'))
            .map(single)
    };
    let folded = cut("ies", 3)
        .map(|root| format!("{root}y"))
        .or_else(|| verb("ing"))
        .or_else(|| verb("ed"))
        .or_else(|| cut("sses", 1).map(|root| format!("{root}ss")))
        .or_else(|| {
            cut("s", 3)
                .filter(|root| !root.ends_with('s'))
                .map(str::to_owned)
        });
    let folded = folded.unwrap_or_else(|| word.to_owned());
    // "caching", "cached" and "cache" are one word.
    match folded.strip_suffix('e') {
        Some(root) if root.chars().count() >= 3 => root.to_owned(),
        _ => folded,
    }
}

/// A verb's root without the letter that its ending doubled: "dropp" is "drop".
fn single(root: &str) -> String {
    let mut letters = root.chars().rev();
    let last = letters.next();
    let doubled = last == letters.next() && !matches!(last, Some('l' | 's' | 'z'));
    if doubled && root.chars().count() > 3 {
        let shorter: String = root.chars().take(root.chars().count() - 1).collect();
        return shorter;
    }
    root.to_owned()
}

/// What is known of a folded word.
enum Known {
    /// It says nothing.
    Stop,
    /// Most tasks have it; the word that stands for all that mean the same.
    Common(&'static str),
    /// It stands for others, or another one for it.
    Rare(&'static str),
}

/// What stands for a word by its root.
fn known(root: &'static str) -> Known {
    if COMMON.contains(&root) {
        Known::Common(root)
    } else {
        Known::Rare(root)
    }
}

/// All words that are known: each text has dozens, and a search through lists took most of the time.
static LEXICON: LazyLock<HashMap<&'static str, Known>> = LazyLock::new(|| {
    let mut lexicon = HashMap::new();
    for word in COMMON.iter().copied() {
        lexicon.insert(word, known(word));
    }
    // What comes later holds: a word of two groups belongs to the first.
    for group in SAME.iter().rev() {
        for word in group.iter().copied() {
            lexicon.insert(word, known(group[0]));
        }
    }
    for word in STOP.iter().copied() {
        lexicon.insert(word, Known::Stop);
    }
    lexicon
});

/// FNV-1a: stable over runs, and nothing depends on it being hard to invert.
pub fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Folded words that say nothing about what a text is about.
const STOP: &[&str] = &[
    "a", "about", "all", "also", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
    "can", "do", "each", "every", "for", "from", "has", "hav", "how", "i", "if", "in", "into",
    "is", "it", "its", "just", "let", "may", "more", "most", "must", "need", "no", "not", "now",
    "of", "on", "one", "only", "or", "our", "out", "over", "pleas", "shall", "should", "so", "som",
    "such", "than", "that", "the", "their", "them", "then", "ther", "thes", "they", "thi", "this",
    "thos", "to", "too", "up", "us", "very", "want", "was", "we", "were", "what", "when", "wher",
    "which", "whil", "who", "will", "with", "would", "you", "your", "und", "der", "die", "das",
    "ein", "eine", "für", "mit", "auf", "von", "zu", "ist", "im", "den", "dem", "bitt",
];

/// Folded words that most tasks have: they weigh less.
const COMMON: &[&str] = &[
    "add", "agent", "api", "build", "cas", "chang", "check", "clean", "cod", "cover", "doc", "edg",
    "end", "error", "fil", "fix", "function", "good", "handl", "input", "issu", "list", "mak",
    "modul", "new", "output", "pag", "pass", "path", "project", "releas", "remov", "report",
    "return", "review", "run", "servic", "small", "sur", "system", "task", "test", "tim", "unit",
    "user", "valu", "work", "writ",
];

/// Folded words that mean the same in tasks; the first stands for the others.
const SAME: &[&[&str]] = &[
    &[
        "fix", "repair", "mend", "solv", "resolv", "correct", "behebt", "beheb", "repari",
    ],
    &[
        "issu", "bug", "defect", "problem", "fault", "fehler", "broken", "break", "fail", "cannot",
    ],
    &[
        "add",
        "implement",
        "creat",
        "introduc",
        "provid",
        "build",
        "mak",
        "writ",
    ],
    &["remov", "delet", "drop", "purg", "eras"],
    &["doc", "documentation", "document", "guid", "readm"],
    &["flaky", "unstabl", "intermittent", "unreliabl"],
    &[
        "speed",
        "fast",
        "faster",
        "performanc",
        "optimis",
        "optimiz",
        "slow",
    ],
    &["login", "signin", "sign-in", "log-in", "logon"],
    &["test", "spec", "unittest"],
    &["review", "audit", "inspect"],
    &["refactor", "restructur", "reorganis", "reorganiz"],
    &["crash", "panic", "abort"],
    &["upgrad", "updat", "bump", "migrat"],
    &["memory", "ram"],
    &["them", "skin"],
    &["throttl", "limit"],
    &["duplicat", "twic", "doubl"],
    &["imag", "pictur", "photo"],
    &[
        "translat",
        "localis",
        "localiz",
        "localisation",
        "localization",
    ],
    &["mail", "email", "e-mail"],
    &["custom", "client"],
    &["reproducibl", "deterministic"],
    &["rotat", "rotation"],
    &["reduc", "shrink", "less", "lower", "cut"],
];

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: &str, two: &str) -> u8 {
        let (one, two) = (Words::of(one), Words::of(two));
        assert_eq!(one.nearness(&two), two.nearness(&one));
        one.nearness(&two)
    }

    #[test]
    fn the_same_work_in_other_words_is_near() {
        for (one, two) in [
            (
                "Fix the flaky login test",
                "Repair the unstable sign-in tests",
            ),
            (
                "Add caching to the price lookup",
                "Implement a cache for price lookups",
            ),
            (
                "Write the migration guide for plugins",
                "Plugin migration documentation",
            ),
        ] {
            assert!(near(one, two) >= 60, "{one} / {two}: {}", near(one, two));
        }
    }

    #[test]
    fn other_work_in_the_same_words_is_not() {
        for (one, two) in [
            ("Review src/parser/a.rs", "Review src/parser/b.rs"),
            (
                "Translate page 3 of the manual",
                "Translate page 4 of the manual",
            ),
            (
                "Write unit tests for the tokenizer module and make sure that edge cases are covered",
                "Write unit tests for the scheduler module and make sure that edge cases are covered",
            ),
            ("Fix the bug", "Fix a bug"),
        ] {
            assert!(near(one, two) < 60, "{one} / {two}: {}", near(one, two));
        }
    }
}

//! Takes a question apart: what is it about, and which language, path, person or count does it name?
//!
//! A fixed set of rules over words, tried in order. The parser knows no findings; it hands on every word that could be
//! a path or a name, and the answer looks them up.

mod topics;

use crate::languages::{self, Language};
pub(crate) use topics::Topic;

/// The most entries a list answer may have.
pub(crate) const TOP_MAX: usize = 20;
/// Longer questions are cut: everything a question needs stands near its beginning.
const QUESTION_CHARS_MAX: usize = 500;

/// A question taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ask {
    /// `None` if no rule fits.
    pub topic: Option<Topic>,
    /// The name in the language table.
    pub language: Option<&'static str>,
    /// Lower case, without the dot.
    pub extension: Option<String>,
    /// Words that are written like a path or in quotes.
    pub paths: Vec<String>,
    /// All other words in their own case, for names of folders and people.
    pub words: Vec<String>,
    /// `top 3`.
    pub top: Option<usize>,
    /// Sizes are meant in bytes, not lines.
    pub by_bytes: bool,
}

/// One word of a question.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    lower: String,
    quoted: bool,
}

/// Takes a question apart.
pub(crate) fn parse(question: &str) -> Ask {
    let short: String = question.chars().take(QUESTION_CHARS_MAX).collect();
    let words = split(&short);
    let lower: Vec<&str> = words
        .iter()
        .filter(|word| !word.quoted)
        .map(|word| word.lower.as_str())
        .collect();
    let extension = words.iter().find_map(extension_of);
    let language = if extension.is_some() {
        None
    } else {
        language_of(&words)
    };
    let paths: Vec<String> = words
        .iter()
        .filter(|word| is_path(word))
        .map(|word| clean_path(&word.text))
        .collect();
    let topic = topics::topic(
        &lower,
        language.is_some() || extension.is_some(),
        !paths.is_empty(),
    );
    Ask {
        topic,
        language: language.map(|row| row.name),
        extension,
        paths,
        words: words
            .iter()
            .filter(|word| !is_path(word))
            .map(|word| word.text.clone())
            .collect(),
        top: top_of(&lower),
        by_bytes: lower.iter().any(|word| {
            matches!(
                *word,
                "bytes"
                    | "byte"
                    | "size"
                    | "kb"
                    | "mb"
                    | "kilobytes"
                    | "megabytes"
                    | "heaviest"
                    | "disk"
            )
        }),
    }
}

/// Words with the punctuation around them removed; text in backticks or quotes is one word.
fn split(question: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut rest = question;
    while let Some((before, inside, after)) = next_quoted(rest) {
        plain(before, &mut out);
        let text = inside.to_owned();
        out.push(Word {
            lower: text.to_lowercase(),
            text,
            quoted: true,
        });
        rest = after;
    }
    plain(rest, &mut out);
    out
}

/// The text before, inside and after the first pair of quotes.
fn next_quoted(text: &str) -> Option<(&str, &str, &str)> {
    let (start, quote) = text.char_indices().find(|(_, c)| matches!(c, '`' | '"'))?;
    let after = &text[start + 1..];
    let end = after.find(quote)?;
    let inside = &after[..end];
    if inside.is_empty() {
        None
    } else {
        Some((&text[..start], inside, &after[end + 1..]))
    }
}

fn plain(text: &str, out: &mut Vec<Word>) {
    for word in text.split_whitespace() {
        // A mention addresses the program; it is not part of the question.
        if word.starts_with('@') {
            continue;
        }
        let word = word
            .trim_start_matches(['(', '[', '\'', '“', '‘', '<', '*'])
            .trim_end_matches([
                '?', '!', ',', ';', ':', '.', ')', ']', '\'', '”', '’', '>', '…',
            ]);
        let word = word
            .strip_suffix("'s")
            .or_else(|| word.strip_suffix("’s"))
            .unwrap_or(word);
        if !word.is_empty() {
            out.push(Word {
                text: word.to_owned(),
                lower: word.to_lowercase(),
                quoted: false,
            });
        }
    }
}

/// `.rs`, `*.rs` (whose star is already gone).
fn extension_of(word: &Word) -> Option<String> {
    let end = word.lower.trim_start_matches('*').strip_prefix('.')?;
    let plain =
        !end.is_empty() && end.len() <= 12 && end.chars().all(|c| c.is_alphanumeric() || c == '+');
    // `.gitignore` is a file, `.github` a folder.
    (plain && !end.starts_with("git")).then(|| end.to_owned())
}

/// Written like a path: quoted, with a slash, or with a dot inside.
fn is_path(word: &Word) -> bool {
    if word.quoted {
        return true;
    }
    if extension_of(word).is_some() || languages::by_word(&word.lower).is_some() {
        return false;
    }
    if word.lower.starts_with(".git") {
        return true;
    }
    let slash = word.text.contains('/')
        && !matches!(word.lower.as_str(), "and/or" | "he/she" | "files/folders");
    let dot = word
        .text
        .char_indices()
        .any(|(at, c)| c == '.' && at > 0 && at + 1 < word.text.len());
    slash || (dot && !word.text.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

fn clean_path(text: &str) -> String {
    let path = text
        .strip_prefix("./")
        .unwrap_or(text)
        .trim_end_matches('/');
    if path == "." {
        String::new()
    } else {
        path.to_owned()
    }
}

/// Names of languages that are also ordinary words.
const ORDINARY: &[&str] = &[
    "go", "c", "d", "r", "make", "text", "just", "less", "shell", "elm", "dart", "diff", "scheme",
    "tex", "headers", "patches", "v", "nix", "crystal", "fish",
];

fn language_of(words: &[Word]) -> Option<&'static Language> {
    // Two-word names first: "Common Lisp", "Vim script".
    for pair in words.windows(2) {
        if let Some(row) = languages::by_word(&format!("{} {}", pair[0].lower, pair[1].lower)) {
            return Some(row);
        }
    }
    words.iter().enumerate().find_map(|(at, word)| {
        let row = languages::by_word(&word.lower).or_else(|| short_name(&word.lower))?;
        let ordinary = ORDINARY.contains(&word.lower.as_str());
        (!word.quoted && (!ordinary || means_language(words, at))).then_some(row)
    })
}

/// `rs files`, `py lines`: extensions people say like names.
fn short_name(word: &str) -> Option<&'static Language> {
    let known = [
        "rs", "py", "js", "ts", "rb", "md", "cpp", "hs", "kt", "sh", "tsx", "jsx", "ex", "jl",
    ];
    known
        .contains(&word)
        .then(|| languages::of_file(&format!("x.{word}")))
        .flatten()
}

/// "lines of Go", "Go files", "C code": the words around tell.
fn means_language(words: &[Word], at: usize) -> bool {
    let near = |place: Option<usize>, list: &[&str]| {
        place
            .and_then(|place| words.get(place))
            .is_some_and(|word| list.contains(&word.lower.as_str()))
    };
    near(
        at.checked_add(1),
        &[
            "file", "files", "line", "lines", "code", "source", "sources", "program",
        ],
    ) || near(
        at.checked_sub(1),
        &["of", "in", "largest", "biggest", "longest", "any", "many"],
    ) && !near(at.checked_add(1), &["folder", "directory"])
}

/// `top 3`, `3 largest`, `five biggest`.
fn top_of(words: &[&str]) -> Option<usize> {
    let number = |word: &str| -> Option<usize> {
        let names = [
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        ];
        names
            .iter()
            .position(|name| *name == word)
            .map(|at| at + 1)
            .or_else(|| word.parse().ok())
    };
    const RANKS: &[&str] = &[
        "largest", "biggest", "longest", "heaviest", "top", "most", "hottest", "hot", "last",
        "latest", "main", "busiest", "best", "newest", "first",
    ];
    let close = words.iter().enumerate().find_map(|(at, word)| {
        let after_top = at > 0 && matches!(words[at - 1], "top" | "first" | "last");
        let before_rank = words.get(at + 1).is_some_and(|next| RANKS.contains(next));
        if after_top || before_rank {
            number(word)
        } else {
            None
        }
    });
    close.filter(|n| *n > 0).map(|n| n.min(TOP_MAX))
}

#[cfg(test)]
mod tests;

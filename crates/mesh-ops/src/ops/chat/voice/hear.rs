//! From a text to the words that are compared, each with where it stands in the text.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A word as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Small letters without accents.
    pub folded: String,
    start: usize,
    end: usize,
    /// Whether a comma or colon follows: somebody may have been called.
    pub calls: bool,
}

/// A sentence and its words.
#[derive(Debug, Clone)]
pub(crate) struct Heard<'a> {
    text: &'a str,
    pub words: Vec<Word>,
    /// Whether it ends with a question mark.
    pub asks: bool,
}

impl<'a> Heard<'a> {
    pub fn new(text: &'a str) -> Heard<'a> {
        let mut words = Vec::new();
        let mut start = None;
        for (at, c) in text.char_indices() {
            let within = is_letter(c) || start.is_some() && joins(text, at, c);
            match (within, start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    push(&mut words, text, from, at);
                    start = None;
                }
                _ => {}
            }
        }
        if let Some(from) = start {
            push(&mut words, text, from, text.len());
        }
        Heard {
            text,
            words,
            asks: text.trim_end().ends_with('?'),
        }
    }

    /// What stands from a word to another, as it was said.
    pub fn said(&self, from: usize, to: usize) -> &'a str {
        match (self.words.get(from), self.words.get(to.saturating_sub(1))) {
            (Some(first), Some(last)) if from < to => &self.text[first.start..last.end],
            _ => "",
        }
    }

    /// What stands from a word to the end, as it was said.
    pub fn rest(&self, from: usize) -> &'a str {
        self.words
            .get(from)
            .map_or("", |word| self.text[word.start..].trim_end())
    }

    /// The folded words, to compare whole sentences.
    pub fn folded(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| &*word.folded).collect();
        words.join(" ")
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Whether a mark holds two parts of a word together: `what's`, `2.1`.
fn joins(text: &str, at: usize, c: char) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + c.len_utf8()..].chars().next();
    let both = |is: fn(char) -> bool| before.is_some_and(is) && after.is_some_and(is);
    match c {
        '\'' | '’' => both(is_letter),
        '.' | ',' => both(|c| c.is_ascii_digit()),
        _ => false,
    }
}

fn push(words: &mut Vec<Word>, text: &str, start: usize, end: usize) {
    let folded = fold(&text[start..end]);
    let calls = text[end..].starts_with([',', ':']);
    let word = |folded: &str| Word {
        folded: folded.to_owned(),
        start,
        end,
        calls,
    };
    // What is spoken is written together by some and apart by others.
    let parts: &[&str] = match folded.as_str() {
        "what's" | "whats" => &["what", "is"],
        "who's" | "whos" => &["who", "is"],
        "how's" | "hows" => &["how", "is"],
        "wieviel" => &["wie", "viel"],
        "wieviele" => &["wie", "viele"],
        _ => {
            let name = folded.strip_suffix("'s").unwrap_or(&folded);
            return words.push(word(&name.replace('\'', "")));
        }
    };
    words.extend(parts.iter().map(|part| word(part)));
}

/// Small letters without accents; letters of other scripts stay what they are.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'ß' | 'ẞ' => folded.push_str("ss"),
            '’' => folded.push('\''),
            c => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let heard = Heard::new(text);
        heard.words.into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn words_are_folded_and_numbers_stay_whole() {
        assert_eq!(words("What’s RUNNING?"), ["what", "is", "running"]);
        assert_eq!(words("Rex's task, für 2.1!"), ["rex", "task", "fur", "2.1"]);
        assert_eq!(
            words("¿Qué está en marcha?"),
            ["que", "esta", "en", "marcha"]
        );
        assert_eq!(words("@code-review don't"), ["code", "review", "dont"]);
        assert_eq!(words("Straße"), ["strasse"]);
        assert_eq!(words("  ,.-' "), [""; 0]);
    }

    #[test]
    fn what_was_said_is_given_back_as_it_was() {
        let heard = Heard::new("Ask Rex: Survey the Parser’s grammar.  ");
        assert!(heard.words[1].calls);
        assert_eq!(heard.rest(2), "Survey the Parser’s grammar.");
        assert_eq!(heard.said(2, 5), "Survey the Parser’s");
        assert_eq!((heard.said(3, 3), heard.rest(9)), ("", ""));
    }
}

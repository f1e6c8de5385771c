//! What a delivery says, in words that people and programs read: one sentence, where to look, and what somebody wrote, quoted.
//! Nothing in it is taken for more than words: names are one line without signs that nobody sees, and name nobody here.

mod github;
mod gitlab;
mod services;

use mesh_model::events::InletKind;
use mesh_model::limits::RELAY_CHARS_MAX;
use serde_json::Value;

use super::letter::Letter;

/// A name, a title or a first line, characters.
const LINE_CHARS_MAX: usize = 200;
/// What somebody wrote, characters and lines.
const QUOTE_CHARS_MAX: usize = 1500;
const QUOTE_LINES_MAX: usize = 15;

/// A delivery in words.
pub(crate) struct Reading {
    /// Where it comes from: `GitHub octo/repo`.
    pub origin: String,
    /// Who did there what it tells.
    pub sender: String,
    /// The beginning of it.
    pub title: String,
    /// All of it.
    pub text: String,
}

/// What is told of a delivery.
#[derive(Default)]
struct Tale {
    sentence: String,
    /// Lines below it.
    more: Vec<String>,
    link: String,
    /// What somebody wrote.
    quote: String,
}

impl Tale {
    fn of(sentence: impl Into<String>) -> Tale {
        Tale {
            sentence: sentence.into(),
            ..Tale::default()
        }
    }

    fn more(mut self, lines: Vec<String>) -> Tale {
        self.more = lines;
        self
    }

    /// An address of the payload, if it is one for browsers.
    fn link(mut self, payload: &Value, path: &str) -> Tale {
        let found = said(payload, path).unwrap_or_default();
        let is_one = (found.starts_with("https://") || found.starts_with("http://"))
            && found.len() <= 500
            && found.bytes().all(|byte| byte.is_ascii_graphic());
        if is_one {
            self.link = found.to_owned();
        }
        self
    }

    fn quote(mut self, payload: &Value, path: &str) -> Tale {
        self.quote = quoted(said(payload, path).unwrap_or_default());
        self
    }

    fn read(self, origin: &str, sender: &str) -> Reading {
        let title = line(&self.sentence, LINE_CHARS_MAX * 3);
        let mut parts = vec![title.clone()];
        parts.extend(self.more);
        parts.extend([self.link, self.quote]);
        parts.retain(|part| !part.is_empty());
        Reading {
            origin: line(origin, RELAY_CHARS_MAX),
            sender: line(sender, RELAY_CHARS_MAX),
            title,
            text: parts.join("\n"),
        }
    }
}

/// Puts a delivery into words.
pub(crate) fn read(kind: InletKind, letter: &Letter) -> Reading {
    match kind {
        InletKind::Github => github::read(letter),
        InletKind::Gitlab => gitlab::read(letter),
        InletKind::Sentry => services::sentry(letter),
        InletKind::UptimeKuma => services::kuma(letter),
        InletKind::Generic | InletKind::Stripe | InletKind::Standard => services::any(kind, letter),
    }
}

/// What stands at a place: names of fields and numbers of items, with points between.
pub(crate) fn at<'a>(payload: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(payload, |value, step| match value {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            other => other.get(step),
        })
}

/// The text that stands at a place.
pub(crate) fn said<'a>(payload: &'a Value, path: &str) -> Option<&'a str> {
    at(payload, path)?.as_str()
}

/// The text or number at a place as a line; nothing if there is none.
fn name(payload: &Value, path: &str) -> String {
    match at(payload, path) {
        Some(Value::String(text)) => line(text, LINE_CHARS_MAX),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The first of these places where something stands.
fn first(payload: &Value, paths: &[&str]) -> String {
    let mut found = paths.iter().map(|path| name(payload, path));
    found.find(|name| !name.is_empty()).unwrap_or_default()
}

/// Signs that nobody sees, and those that turn the direction of others.
fn is_unseen(found: char) -> bool {
    matches!(found,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text as one line of at most so many characters.
pub(crate) fn line(text: &str, most: usize) -> String {
    let words = text.split(|found: char| found.is_whitespace() || found.is_control());
    let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>();
    cut(
        words.join(" ").chars().filter(|found| !is_unseen(*found)),
        most,
    )
}

/// A text of several lines, at most so many characters.
pub(crate) fn lines(text: &str, most: usize) -> String {
    let seen = text.chars().filter(|found| {
        !is_unseen(*found) && (!found.is_control() || matches!(found, '\n' | '\t'))
    });
    cut(seen, most)
}

fn cut(mut text: impl Iterator<Item = char>, most: usize) -> String {
    let mut kept: String = text.by_ref().take(most).collect();
    if text.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    kept
}

/// What somebody wrote, each line marked as quoted.
fn quoted(text: &str) -> String {
    let text = lines(text, QUOTE_CHARS_MAX);
    let mut all = text.trim().lines();
    let mut out: Vec<String> = all
        .by_ref()
        .take(QUOTE_LINES_MAX)
        .map(|line| format!("> {}", line.trim_end()))
        .collect();
    if all.next().is_some() {
        out.push("> …".to_owned());
    }
    out.join("\n")
}

/// What a program calls something, for people: `check_run` is a check run.
fn words(name: &str) -> String {
    line(&name.replace(['_', '-'], " "), LINE_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_and_quotes_are_marked() {
        assert_eq!(line("a\r\n b\u{202e}\u{200b}\tc\0d", 9), "a b c d");
        assert_eq!(line("abcdef", 4), "abc…");
        assert_eq!(quoted("one\n\ntwo\u{7}"), "> one\n> \n> two");
        assert_eq!(quoted(""), "");
        assert_eq!(
            quoted(&"x\n".repeat(40)).lines().count(),
            QUOTE_LINES_MAX + 1
        );
    }
}

//! Files that people edit, TOML or JSON: what is wrong in them is told with file, line and column.

use std::fs;
use std::io::Read;

use mesh_model::policy::Policy;
use mesh_model::{ErrorCode, Refusal};
use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use crate::failure::{Effect, Failure, Outcome, Reason};

/// A text with the name it was read by.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// A text that is at hand.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        Source {
            name: name.into(),
            text: text.into(),
        }
    }

    /// The text itself.
    pub fn into_text(self) -> String {
        self.text
    }

    /// Reads a file, or standard input for `-`.
    pub fn read(path: &str) -> Outcome<Source> {
        let read = match path {
            "-" => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).map(|_| text)
            }
            path => fs::read_to_string(path),
        };
        let text = read.map_err(|why| {
            Failure::usage(
                format!("{path} cannot be read: {why}"),
                "name a file, or '-' for standard input",
            )
            .so(Effect::NothingChanged)
        })?;
        Ok(Source::new(path, text))
    }

    fn is_json(&self) -> bool {
        self.text.trim_start().starts_with('{')
    }

    /// A policy, in either form.
    pub fn policy(&self) -> Outcome<Policy> {
        if self.is_json() {
            return serde_json::from_str(&self.text).map_err(|why| {
                let what = why.to_string();
                let what = what.split(" at line ").next().unwrap_or_default();
                self.wrong((why.line(), why.column()), what)
            });
        }
        self.toml()
    }

    /// What the file says, from TOML.
    pub fn toml<T: DeserializeOwned>(&self) -> Outcome<T> {
        toml::from_str(&self.text).map_err(|why| {
            let start = why.span().map_or(0, |span| span.start);
            self.wrong(self.line(start), why.message())
        })
    }

    /// That something at a place such as `rooms.ops.policy.rules[2].name` is wrong.
    pub fn blame(&self, place: &str, what: &str) -> Failure {
        let offset = if self.is_json() {
            json_offset(&self.text, &parts(place))
        } else {
            toml_offset(&self.text, &parts(place))
        };
        self.wrong(self.line(offset), &format!("{place}: {what}"))
    }

    /// A refusal of a policy of this file, with its line. `within` is where the policy stands.
    pub fn explain(&self, within: &str, failure: Failure) -> Failure {
        let refusal = match failure {
            Failure::Refused(refusal) if refusal.code == ErrorCode::InvalidPolicy => refusal,
            other => return other,
        };
        let Some(place) = refusal.at.as_deref() else {
            return Failure::Refused(refusal);
        };
        let place = match (within, place) {
            ("", place) => place.to_owned(),
            (within, "policy") => within.to_owned(),
            (within, place) => format!("{within}.{place}"),
        };
        match self.blame(&place, &refusal.what) {
            // The line says what the file is for: of the data nothing needs to be said.
            Failure::Usage(Reason { what, .. }) => Failure::Refused(Refusal {
                at: None,
                what: what.into(),
                effect: mesh_model::Effect::told(""),
                ..refusal
            }),
            other => other,
        }
    }

    fn line(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(start..).map_or(0, |part| part.chars().count());
        (before.matches('\n').count() + 1, column + 1)
    }

    fn wrong(&self, (line, column): (usize, usize), what: &str) -> Failure {
        Failure::usage(
            format!("{}:{line}:{column}: {}", self.name, remedy(what)),
            "correct that line and run it again",
        )
        .so(Effect::NoRulesSet)
    }
}

/// Adds what to write to the messages that do not say so themselves.
fn remedy(what: &str) -> String {
    let what = what.trim_end();
    match what.strip_prefix("missing field ") {
        Some(field) => format!("{what}; add a line `{} = …`", field.trim_matches('`')),
        None => match meant(what) {
            Some(word) => format!("{what}; did you mean `{word}`?"),
            None => what.to_owned(),
        },
    }
}

/// The known word that is a slip of the hand away from the unknown one.
fn meant(what: &str) -> Option<&str> {
    if !what.starts_with("unknown ") {
        return None;
    }
    let mut words = what.split('`').skip(1).step_by(2);
    let given = words.next()?;
    let most = (given.chars().count() / 3).max(1);
    let near = words.map(|word| (distance(given, word), word)).min()?;
    (near.0 <= most).then_some(near.1)
}

/// How many letters have to be changed, added or left out.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (at, b) in other.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = row[at + 1];
            row[at + 1] = change.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

/// One step of a place.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Key(&'a str),
    Index(usize),
}

fn parts(place: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for piece in place.split('.') {
        let mut pieces = piece.split('[');
        parts.extend(pieces.next().filter(|key| !key.is_empty()).map(Part::Key));
        let indexes = pieces.filter_map(|index| index.trim_end_matches(']').parse().ok());
        parts.extend(indexes.map(Part::Index));
    }
    parts
}

/// Where the place stands, or the nearest thing around it that is there.
fn toml_offset(text: &str, parts: &[Part<'_>]) -> usize {
    let Ok(document) = DeTable::parse(text) else {
        return 0;
    };
    let mut found = 0;
    let table = document.into_inner();
    let mut here = &DeValue::Table(table);
    for part in parts {
        let (offset, next) = match (part, here) {
            (Part::Key(name), DeValue::Table(table)) => {
                let Some((key, value)) = table.iter().find(|(key, _)| key.get_ref() == name) else {
                    break;
                };
                (key.span().start, value.get_ref())
            }
            (Part::Index(index), DeValue::Array(array)) => {
                let Some(value) = array.get(*index) else {
                    break;
                };
                (value.span().start, value.get_ref())
            }
            _ => break,
        };
        (found, here) = (offset, next);
    }
    found
}

/// The same in JSON, which was read before: it is well formed.
fn json_offset(text: &str, parts: &[Part<'_>]) -> usize {
    let mut scan = Scan { text, at: 0 };
    scan.blank();
    let mut found = scan.at;
    for part in parts {
        let inside = match part {
            Part::Key(name) => scan.enter_key(name),
            Part::Index(index) => scan.enter_index(*index),
        };
        if !inside {
            break;
        }
        found = scan.at;
    }
    found
}

/// A way through well-formed JSON.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(b'}')
    }

    fn blank(&mut self) {
        while self.peek().is_ascii_whitespace() || matches!(self.peek(), b',' | b':') {
            self.at += 1;
        }
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while self.at < self.text.len() && self.peek() != b'"' {
            self.at += if self.peek() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let quoted = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(quoted).unwrap_or_default()
    }

    fn skip(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.text.len() {
            match self.peek() {
                b'"' => {
                    self.string();
                    if depth == 0 {
                        return;
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth <= 1 => {
                    self.at += depth;
                    return;
                }
                b'}' | b']' => depth -= 1,
                b',' if depth == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn enter_key(&mut self, name: &str) -> bool {
        if self.peek() != b'{' {
            return false;
        }
        self.at += 1;
        self.blank();
        while self.peek() == b'"' {
            let key = self.string();
            self.blank();
            if key == name {
                return true;
            }
            self.skip();
            self.blank();
        }
        false
    }

    fn enter_index(&mut self, index: usize) -> bool {
        if self.peek() != b'[' {
            return false;
        }
        self.at += 1;
        self.blank();
        for _ in 0..index {
            if self.peek() == b']' || self.at >= self.text.len() {
                return false;
            }
            self.skip();
            self.blank();
        }
        self.peek() != b']'
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "[rooms.ops]\ntopic = \"x\"\n[[rooms.ops.policy.rules]]\nname = \"a\"\n\n[[rooms.ops.policy.rules]]\nname = \"b\"\nto = { groups = [\"x\", \"staff\"] }\n";

    fn what(failure: Failure) -> String {
        match failure {
            Failure::Usage(reason) => reason.what,
            Failure::Refused(refusal) => refusal.detail(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_place_has_a_line_in_toml_and_in_json() {
        let toml = Source::new("m.toml", TOML);
        let place = "rooms.ops.policy.rules[1].to.groups[1]";
        assert_eq!(
            what(toml.blame(place, "no such group")),
            format!("m.toml:8:23: {place}: no such group")
        );
        // What is not there is looked for as near as can be.
        assert!(what(toml.blame("rooms.ops.policy.rules[1].why", "x")).starts_with("m.toml:6:"));
        let json = Source::new(
            "p.json",
            "{\"limits\": [{\"a\": \"]}\"}, 7],\n \"rules\": [\n  {\"name\": \"a\"},\n  {\"name\": \"b\"}]}",
        );
        assert!(what(json.blame("rules[1].name", "x")).starts_with("p.json:4:12: "));
        assert!(what(json.blame("rules[5].name", "x")).starts_with("p.json:2:"));
    }

    #[test]
    fn a_wrong_word_is_named_with_the_words_there_are() {
        let text = "[[rules]]\nname = \"a\"\neffect = \"permit\"\ncapabilities = [\"speak\"]\n";
        let told = what(Source::new("p.toml", text).policy().unwrap_err());
        assert!(
            told.starts_with("p.toml:3:10: ") && told.contains("`allow`"),
            "{told}"
        );
        let text = "{\"rules\": [\n {\"name\": \"a\", \"efect\": 1}]}";
        let told = what(Source::new("p.json", text).policy().unwrap_err());
        assert!(
            told.starts_with("p.json:2:") && told.ends_with("did you mean `effect`?"),
            "{told}"
        );
        let told = what(Source::new("p.toml", "zebra = 1\n").policy().unwrap_err());
        assert!(!told.contains("mean"), "{told}");
    }

    #[test]
    fn what_the_core_refuses_gets_the_line_of_the_file() {
        let refusal = Refusal::new(
            ErrorCode::InvalidPolicy,
            "'A' cannot be a name",
            mesh_model::Effect::NothingChanged,
            "",
        )
        .within("rules[0].name");
        let source = Source::new("m.toml", TOML);
        let told = what(source.explain("rooms.ops.policy", refusal.into()));
        assert_eq!(
            told,
            "m.toml:4:1: rooms.ops.policy.rules[0].name: 'A' cannot be a name"
        );
    }
}

//! Text for a model: our lines begin at the margin, what others wrote is indented, so nobody's words can
//! look like a heading or like somebody else's message.

use std::fmt::Write;

use mesh_model::Millis;
use serde::Serialize;

/// Characters after which some program or other begins a new line.
pub(super) const BREAKS: [char; 10] = [
    '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}',
];

/// A text under way.
#[derive(Default)]
pub(super) struct Page {
    out: String,
}

impl Page {
    /// A line of ours. It holds handles, names of rooms, ids, numbers and words of ours; other text goes into the rest.
    pub fn line(&mut self, ours: impl AsRef<str>) {
        debug_assert!(!ours.as_ref().contains(BREAKS), "{:?}", ours.as_ref());
        self.out.push_str(ours.as_ref());
        self.out.push('\n');
    }

    /// A line of ours that goes on with somebody's words; each further line of them is indented.
    pub fn said(&mut self, ours: &str, words: &str) {
        self.out.push_str(ours);
        self.out.push_str(": ");
        self.words(words);
    }

    /// Somebody's words on lines of their own, all indented.
    pub fn block(&mut self, words: &str) {
        self.out.push_str("  ");
        self.words(words);
    }

    fn words(&mut self, words: &str) {
        let plain = words.replace("\r\n", "\n");
        let mut lines = plain.trim_end_matches(BREAKS).split(BREAKS);
        self.out.push_str(lines.next().unwrap_or_default());
        for line in lines {
            self.out.push_str("\n  ");
            self.out.push_str(line);
        }
        self.out.push('\n');
    }

    /// The whole.
    pub fn finish(self) -> String {
        self.out.trim_end_matches('\n').to_owned()
    }
}

/// Somebody's words within a line.
pub(super) fn one_line(words: &str) -> String {
    words.split(BREAKS).collect::<Vec<_>>().join(" ")
}

/// The facts that are there, between commas.
pub(super) fn listed<'a>(facts: impl IntoIterator<Item = &'a str>) -> String {
    let facts: Vec<_> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    facts.join(", ")
}

/// What JSON calls a value that is one word there.
pub(super) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// `2026-11-29`
pub(super) fn day(at: Millis) -> String {
    at.to_string().chars().take("2026-11-29".len()).collect()
}

/// `06:12`, in UTC.
pub(super) fn clock(at: Millis) -> String {
    at.to_string()
        .chars()
        .skip("2026-11-29T".len())
        .take("06:12".len())
        .collect()
}

/// `2026-11-29 06:12`
pub(super) fn moment(at: Millis) -> String {
    let mut text = day(at);
    let _ = write!(text, " {}", clock(at));
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_words_reach_the_margin(words in "(#general 2026-11-29|m9 06:12 ana: do it|[a-z ]{0,5}|\r|\n|\u{b}|\u{c}|\u{1c}|\u{85}|\u{2028}|\u{2029}){0,12}") {
            let mut page = Page::default();
            page.line("#general 2026-11-29");
            page.said("m7 06:12 rex", &words);
            page.block(&words);
            page.line(format!("end {}", one_line(&words)));
            let text = page.finish();
            let margin: Vec<_> = text.split(BREAKS).filter(|line| !line.starts_with("  ")).collect();
            prop_assert_eq!(margin.len(), 3, "{:?}", text);
            prop_assert_eq!(margin[0], "#general 2026-11-29");
            prop_assert!(margin[1].starts_with("m7 06:12 rex: "));
            prop_assert!(margin[2].starts_with("end "));
        }
    }

    #[test]
    fn words_keep_their_lines() {
        let mut page = Page::default();
        page.said("m7 06:12 rex", "one\r\n  two\n\nthree\n");
        assert_eq!(page.finish(), "m7 06:12 rex: one\n    two\n  \n  three");
    }
}

//! Edits of files that belong to other programs: what of ours goes into a text, and how it comes out again. Text in, text
//! out: files are in `disk.rs`, what was put where is in `book.rs`.

mod block;
pub mod book;
pub mod disk;
mod json;
mod span;
mod toml;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use span::Span;

/// Something of ours in a file of somebody else's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Part {
    /// A value at a path of keys in a JSON file, which may have comments.
    Json { path: Vec<String>, value: Value },
    /// An item of a list at a path of keys in a JSON file.
    Item { path: Vec<String>, value: Value },
    /// A table at a path of keys in a TOML file; the value is an object of texts and lists of texts.
    Toml { path: Vec<String>, value: Value },
    /// Lines between two marks in a text.
    Block { text: String },
    /// A file that is ours alone.
    Whole { text: String },
}

impl Part {
    /// Whether both want the same place in a file.
    pub fn same_place(&self, other: &Part) -> bool {
        match (self, other) {
            (Part::Json { path: a, .. }, Part::Json { path: b, .. })
            | (Part::Toml { path: a, .. }, Part::Toml { path: b, .. }) => a == b,
            (Part::Item { .. }, Part::Item { .. }) => self == other,
            (Part::Block { .. }, Part::Block { .. }) | (Part::Whole { .. }, Part::Whole { .. }) => {
                true
            }
            _ => false,
        }
    }

    /// Whether a newer one of these takes the older one's place, whoever put it there.
    pub fn is_only_words(&self) -> bool {
        matches!(self, Part::Block { .. } | Part::Whole { .. })
    }
}

/// What a part found when it was put in, by which it comes out of a text that was edited since.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Replaced {
    /// So many keys of the path were there already.
    pub held: usize,
    /// What stood in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Value>,
}

/// Why a text is left as it is: a fragment that follows the file's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub what: String,
    pub hint: String,
}

impl Trouble {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Trouble {
        Trouble {
            what: what.into(),
            hint: hint.into(),
        }
    }
}

/// The text with a part in it; nothing of the rest is touched. `None` is a file that is not there.
pub fn put(text: Option<&str>, part: &Part) -> Result<(String, Replaced), Trouble> {
    let given = text.unwrap_or_default();
    let (after, found) = match part {
        Part::Json { path, value } => json::put(given, path, value)?,
        Part::Item { path, value } => json::put_item(given, path, value)?,
        Part::Toml { path, value } => toml::put(given, path, value)?,
        Part::Block { text } => (block::put(given, text)?, Replaced::default()),
        Part::Whole { text: ours } => match text {
            Some(theirs) if theirs != ours => {
                return Err(Trouble::new(
                    "is there already, and is not what this program wrote",
                    "move it away, and run this again",
                ));
            }
            _ => (ours.clone(), Replaced::default()),
        },
    };
    Ok((after, found))
}

/// The text without a part, which somebody may have edited since it was put in.
pub fn take(text: &str, part: &Part, found: &Replaced) -> Result<String, Trouble> {
    match part {
        Part::Json { path, .. } => json::take(text, path, found),
        Part::Item { path, value } => json::take_item(text, path, value, found),
        Part::Toml { path, .. } => toml::take(text, path, found),
        Part::Block { .. } => block::take(text),
        Part::Whole { text: ours } if text == ours => Ok(String::new()),
        Part::Whole { .. } => Err(Trouble::new(
            "was edited since this program wrote it",
            "delete it yourself if nobody needs it",
        )),
    }
}

/// Whether a file of ours has nothing in it any more that somebody could miss.
pub fn is_empty(text: &str, part: &Part) -> bool {
    let bare: String = text.split_whitespace().collect();
    bare.is_empty() || matches!(part, Part::Json { .. } | Part::Item { .. }) && bare == "{}"
}

#[cfg(test)]
mod tests;

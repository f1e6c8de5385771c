//! The inverse of an edit: where it was made, how long its text is, and what stood there. Nothing else of the file is kept,
//! for the file may hold secrets.

use serde::{Deserialize, Serialize};

/// One edit, as seen from the text after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    at: usize,
    len: usize,
    was: String,
}

impl Span {
    /// What turns `after` back into `before`.
    pub fn between(before: &str, after: &str) -> Span {
        let same = |pairs: &mut dyn Iterator<Item = (char, char)>| {
            let same = pairs.take_while(|(a, b)| a == b);
            same.map(|(a, _)| a.len_utf8()).sum::<usize>()
        };
        let start = same(&mut before.chars().zip(after.chars()));
        let (old, new) = (&before[start..], &after[start..]);
        let end = same(&mut old.chars().rev().zip(new.chars().rev()));
        Span {
            at: start,
            len: new.len() - end,
            was: old[..old.len() - end].to_owned(),
        }
    }

    /// The text before the edit; none if this is not the text after it.
    pub fn undo(&self, after: &str) -> Option<String> {
        let head = after.get(..self.at)?;
        let tail = after.get(self.at.checked_add(self.len)?..)?;
        Some(format!("{head}{}{tail}", self.was))
    }
}

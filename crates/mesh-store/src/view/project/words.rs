//! The list of words, for searches by a word's beginning.

use std::collections::{BTreeSet, HashSet};

use rusqlite::OptionalExtension;

use super::Batch;
use crate::StoreError;
use crate::view::words::of_text;

/// Words remembered as being in the table: beyond it they are forgotten and inserted once more, in vain.
const SEEN_MAX: usize = 200_000;

#[derive(Debug, Default)]
pub(in crate::view) struct Words {
    seen: HashSet<Box<str>>,
    /// Words of texts that were taken out of the index in this batch.
    leaving: BTreeSet<String>,
}

impl Words {
    /// Notes that a text was taken out of the index.
    pub(in crate::view) fn leave(&mut self, text: &str) {
        of_text(text, |word| {
            self.leaving.insert(word.to_owned());
        });
    }
}

impl Batch<'_> {
    pub(in crate::view) fn learn_words(&mut self, text: &str) -> Result<(), StoreError> {
        let (tx, words) = (self.tx, &mut self.known.words);
        let mut done = Ok(());
        of_text(text, |word| {
            if done.is_ok() && !words.seen.contains(word) {
                let inserted = tx
                    .prepare_cached("INSERT OR IGNORE INTO words (word) VALUES (?1)")
                    .and_then(|mut insert| insert.execute([word]));
                done = inserted.map(|_| ());
                words.seen.insert(word.into());
            }
        });
        if words.seen.len() > SEEN_MAX {
            words.seen.clear();
        }
        Ok(done?)
    }

    /// Takes out of the list what no message says any more: a word can be what had to be erased.
    pub(super) fn forget_words(&mut self) -> Result<(), StoreError> {
        let leaving = std::mem::take(&mut self.known.words.leaving);
        let mut gone = Vec::new();
        for word in leaving {
            let mut select = self
                .tx
                .prepare_cached("SELECT 1 FROM message_fts WHERE message_fts MATCH ?1 LIMIT 1")?;
            if select
                .query_row([format!("\"{word}\"")], |_| Ok(()))
                .optional()?
                .is_none()
            {
                self.tx
                    .prepare_cached("DELETE FROM words WHERE word = ?1")?
                    .execute([&word])?;
                self.known.words.seen.remove(word.as_str());
                gone.push(word);
            }
        }
        self.forget_signposts(&gone)
    }
}

//! Keeps the index of words: see `view::index`.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{OptionalExtension, Transaction};

use super::Batch;
use crate::StoreError;
use crate::view::index::{
    ENTRY_BYTES, MESSAGES, Places, Shelf, TASKS, block_of, entry, place_in, written,
};

/// Rows that wait one by one before they become a block: more make a search look through more of them, fewer make
/// blocks in which a term's row holds little.
const FRESH_MAX: usize = 4096;
/// Rows of a block. Only a view that is built anew has so many at once.
const BLOCK_MAX: usize = 32_768;

/// What waits to be written at a batch's end.
#[derive(Debug, Default)]
pub(in crate::view) struct Words {
    messages: Waiting,
    tasks: Waiting,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Of this batch, in the log's order.
    rows: Vec<Row>,
    /// Rows in the table of fresh ones, once it was asked.
    fresh: Option<usize>,
    /// The block that was asked for last: erasures come in stretches.
    block: Option<(i64, Vec<u8>)>,
}

#[derive(Debug)]
struct Row {
    seq: i64,
    room: i64,
    words: String,
}

impl Words {
    fn of(&mut self, shelf: Shelf) -> &mut Waiting {
        if shelf == MESSAGES {
            &mut self.messages
        } else {
            &mut self.tasks
        }
    }
}

impl Waiting {
    fn row(&mut self, seq: i64) -> Option<&mut Row> {
        let at = self.rows.binary_search_by_key(&seq, |row| row.seq).ok()?;
        self.rows.get_mut(at)
    }
}

impl Batch<'_> {
    /// Adds a row that is later than all before it. `words` are its terms with a space before and after each.
    pub(in crate::view) fn index_row(&mut self, shelf: Shelf, seq: i64, room: i64, words: String) {
        self.known
            .words
            .of(shelf)
            .rows
            .push(Row { seq, room, words });
    }

    /// Gives a row other terms than it had.
    pub(in crate::view) fn reindex_row(
        &mut self,
        shelf: Shelf,
        seq: i64,
        old: &str,
        new: &str,
    ) -> Result<(), StoreError> {
        if let Some(row) = self.known.words.of(shelf).row(seq) {
            new.clone_into(&mut row.words);
            return Ok(());
        }
        let updated = self
            .tx
            .prepare_cached(&format!(
                "UPDATE {} SET words = ?2 WHERE seq = ?1",
                shelf.fresh
            ))?
            .execute((seq, new))?;
        if updated == 0 {
            let waiting = self.known.words.of(shelf);
            change_block(self.tx, waiting, shelf, seq, old, new)?;
        }
        Ok(())
    }

    /// Writes what came in this batch: one by one, or as blocks once there is enough of it.
    pub(super) fn write_words(&mut self) -> Result<(), StoreError> {
        for shelf in [MESSAGES, TASKS] {
            write(self.tx, self.known.words.of(shelf), shelf)?;
        }
        Ok(())
    }
}

fn write(tx: &Transaction<'_>, waiting: &mut Waiting, shelf: Shelf) -> Result<(), StoreError> {
    if waiting.rows.is_empty() {
        return Ok(());
    }
    let fresh = match waiting.fresh {
        Some(fresh) => fresh,
        None => tx.query_row(
            &format!("SELECT count(*) FROM {}", shelf.fresh),
            [],
            |row| row.get::<_, u32>(0),
        )? as usize,
    };
    let mut rows = std::mem::take(&mut waiting.rows);
    if fresh + rows.len() < FRESH_MAX {
        let mut insert =
            tx.prepare_cached(&format!("INSERT INTO {} VALUES (?1, ?2, ?3)", shelf.fresh))?;
        for row in &rows {
            insert.execute((row.seq, row.room, &row.words))?;
        }
        waiting.fresh = Some(fresh + rows.len());
        return Ok(());
    }
    if fresh > 0 {
        let mut before: Vec<Row> = tx
            .prepare_cached(&format!(
                "SELECT seq, room, words FROM {} ORDER BY seq",
                shelf.fresh
            ))?
            .query_map([], |row| {
                Ok(Row {
                    seq: row.get(0)?,
                    room: row.get(1)?,
                    words: row.get(2)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        tx.prepare_cached(&format!("DELETE FROM {}", shelf.fresh))?
            .execute([])?;
        before.append(&mut rows);
        rows = before;
    }
    waiting.fresh = Some(0);
    rows.chunks(BLOCK_MAX)
        .try_for_each(|block| write_block(tx, shelf, block))
}

fn write_block(tx: &Transaction<'_>, shelf: Shelf, rows: &[Row]) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Ok(());
    };
    let mut terms: HashMap<&str, Vec<u16>> = HashMap::new();
    let mut entries = Vec::with_capacity(rows.len() * ENTRY_BYTES);
    for (place, row) in (0..).zip(rows) {
        entries.extend(entry(first.seq, row.seq, row.room));
        for term in split(&row.words) {
            let places = terms.entry(term).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }
    tx.prepare_cached(&format!("INSERT INTO {} VALUES (?1, ?2, ?3)", shelf.blocks))?
        .execute((first.seq, last.seq, entries))?;
    let mut terms: Vec<(&str, Vec<u16>)> = terms.into_iter().collect();
    terms.sort_unstable_by_key(|(term, _)| *term);
    let mut insert =
        tx.prepare_cached(&format!("INSERT INTO {} VALUES (?1, ?2, ?3)", shelf.terms))?;
    for (term, places) in terms {
        insert.execute((first.seq, term, written(&places, rows.len())))?;
    }
    Ok(())
}

fn split(words: &str) -> impl Iterator<Item = &str> {
    words.split(' ').filter(|term| !term.is_empty())
}

/// A row of a block gets other terms. A term that no row of it has any more leaves the table: it can be what had to be
/// erased.
fn change_block(
    tx: &Transaction<'_>,
    waiting: &mut Waiting,
    shelf: Shelf,
    seq: i64,
    old: &str,
    new: &str,
) -> Result<(), StoreError> {
    let known = waiting
        .block
        .take()
        .filter(|(first, entries)| place_in(*first, entries, seq).is_some());
    let found = match known {
        Some(known) => Some(known),
        None => block_of(tx, shelf, seq)?,
    };
    let Some((first, entries)) = found else {
        return Ok(());
    };
    if let Some(place) = place_in(first, &entries, seq) {
        let (old, new): (BTreeSet<&str>, BTreeSet<&str>) =
            (split(old).collect(), split(new).collect());
        let length = entries.len() / ENTRY_BYTES;
        for term in old.symmetric_difference(&new) {
            change_term(tx, shelf, (first, length), term, |places| {
                if new.contains(term) {
                    places.set(place)
                } else {
                    places.unset(place)
                }
            })?;
        }
    }
    waiting.block = Some((first, entries));
    Ok(())
}

fn change_term(
    tx: &Transaction<'_>,
    shelf: Shelf,
    (block, length): (i64, usize),
    term: &str,
    change: impl FnOnce(&mut Places),
) -> Result<(), StoreError> {
    let table = shelf.terms;
    let before: Option<Vec<u8>> = tx
        .prepare_cached(&format!(
            "SELECT places FROM {table} WHERE block = ?1 AND term = ?2"
        ))?
        .query_row((block, term), |row| row.get(0))
        .optional()?;
    let mut places = Places::none(length);
    places.add(before.as_deref().unwrap_or_default());
    change(&mut places);
    if places.is_empty() {
        tx.prepare_cached(&format!(
            "DELETE FROM {table} WHERE block = ?1 AND term = ?2"
        ))?
        .execute((block, term))?;
    } else {
        tx.prepare_cached(&format!(
            "INSERT OR REPLACE INTO {table} VALUES (?1, ?2, ?3)"
        ))?
        .execute((block, term, places.written(length)))?;
    }
    Ok(())
}

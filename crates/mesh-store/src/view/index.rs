//! The index of words: which messages, or tasks, have a term.
//!
//! What came last waits one by one (`…_fresh`). Some thousands together become a block that is written once: a row for
//! each term with the places in the block that have it, as a list or as bits, whichever is smaller. A search goes from the
//! newest block to the oldest, takes the places of all terms together bit by bit, and ends when it has enough.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use memchr::memmem::Finder;
use rusqlite::{CachedStatement, Connection, OptionalExtension};

use crate::StoreError;
use crate::words::{Query, Sought, terms};

/// Terms that begin with a word, in one block.
const BEGINNINGS_MAX: usize = 1024;
/// The same for one search in all. Older blocks know the beginning as a whole word alone.
const BEGINNINGS_IN_ALL_MAX: usize = 8192;

/// The tables of what one kind of rows is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shelf {
    pub fresh: &'static str,
    pub blocks: &'static str,
    pub terms: &'static str,
}

pub(super) const MESSAGES: Shelf = Shelf {
    fresh: "message_fresh",
    blocks: "message_blocks",
    terms: "message_terms",
};

pub(super) const TASKS: Shelf = Shelf {
    fresh: "task_fresh",
    blocks: "task_blocks",
    terms: "task_terms",
};

/// `words` are the terms with a space before and after each. `entries` of a block has eight bytes for each place: how far
/// behind `first` in the log it is, and its room.
pub(super) const TABLES: &str = "
CREATE TABLE message_fresh (seq INTEGER PRIMARY KEY, room INTEGER NOT NULL, words TEXT NOT NULL);
CREATE TABLE message_blocks (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, entries BLOB NOT NULL);
CREATE TABLE message_terms (block INTEGER, term TEXT, places BLOB NOT NULL, PRIMARY KEY (block, term)) WITHOUT ROWID;
CREATE TABLE task_fresh (seq INTEGER PRIMARY KEY, room INTEGER NOT NULL, words TEXT NOT NULL);
CREATE TABLE task_blocks (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, entries BLOB NOT NULL);
CREATE TABLE task_terms (block INTEGER, term TEXT, places BLOB NOT NULL, PRIMARY KEY (block, term)) WITHOUT ROWID;
";

/// Bytes of an entry of a block.
pub(super) const ENTRY_BYTES: usize = 8;

pub(super) fn entry(first: i64, seq: i64, room: i64) -> [u8; ENTRY_BYTES] {
    let behind = u32::try_from(seq - first).unwrap_or(u32::MAX);
    let room = u32::try_from(room).unwrap_or(u32::MAX);
    let mut bytes = [0; ENTRY_BYTES];
    bytes[..4].copy_from_slice(&behind.to_le_bytes());
    bytes[4..].copy_from_slice(&room.to_le_bytes());
    bytes
}

/// The place in the log and the room of an entry.
pub(super) fn read_entry(first: i64, entries: &[u8], place: usize) -> Option<(i64, i64)> {
    let bytes = entries.chunks_exact(ENTRY_BYTES).nth(place)?;
    let number = |bytes: &[u8]| bytes.try_into().map_or(0, u32::from_le_bytes);
    Some((
        first + i64::from(number(&bytes[..4])),
        i64::from(number(&bytes[4..])),
    ))
}

/// Which entry of a block is for a place in the log.
pub(super) fn place_in(first: i64, entries: &[u8], seq: i64) -> Option<usize> {
    let (mut low, mut high) = (0, entries.len() / ENTRY_BYTES);
    while low < high {
        let middle = low + (high - low) / 2;
        let (found, _) = read_entry(first, entries, middle)?;
        match found.cmp(&seq) {
            Ordering::Equal => return Some(middle),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    None
}

/// Appends the mark of somebody who wrote a message, or whom it names, with a space after it. No text holds such a term:
/// it begins with a character that is no letter.
pub(super) fn mark(into: &mut String, mark: Mark, number: i64) {
    let letter = match mark {
        Mark::Author => 'f',
        Mark::Mention => 'm',
    };
    into.extend(['\u{E000}', letter]);
    into.push_str(&number.to_string());
    into.push(' ');
}

/// What a term marks that stands in no text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mark {
    Author,
    Mention,
}

/// Appends the terms of a text, each with a space after it.
pub(super) fn push_terms(into: &mut String, text: &str) {
    terms(text, |term| {
        into.push_str(term);
        into.push(' ');
    });
}

/// What is looked up: a query's words, and marks that must be there as well.
pub(super) struct Plan {
    /// For each: any of these lists, all of whose terms must be there.
    all: Vec<Vec<Vec<Term>>>,
}

/// A term that is looked up.
struct Term {
    term: String,
    /// Terms that begin so will do as well.
    beginning: bool,
    /// Finds it among the words of a row.
    finder: Finder<'static>,
}

impl From<Sought> for Term {
    fn from(sought: Sought) -> Term {
        let end = if sought.beginning { "" } else { " " };
        let finder = Finder::new(&format!(" {}{end}", sought.term)).into_owned();
        Term {
            term: sought.term,
            beginning: sought.beginning,
            finder,
        }
    }
}

impl Plan {
    pub fn new(query: &Query, marks: impl IntoIterator<Item = String>) -> Plan {
        let mut words: Vec<Vec<Vec<Sought>>> = query.lookups().map(<[_]>::to_vec).collect();
        words.extend(marks.into_iter().map(|term| {
            vec![vec![Sought {
                term,
                beginning: false,
            }]]
        }));
        // Beginnings cost the most: they come when little is left.
        words.sort_by_key(|any| any.iter().flatten().any(|sought| sought.beginning));
        let terms = |all: Vec<Sought>| all.into_iter().map(Term::from).collect();
        let all = words
            .into_iter()
            .map(|any| any.into_iter().map(terms).collect());
        Plan { all: all.collect() }
    }

    /// Whether a row's words, each between spaces, have it all.
    pub fn fits(&self, words: &str) -> bool {
        let has = |term: &Term| term.finder.find(words.as_bytes()).is_some();
        self.all
            .iter()
            .all(|any| any.iter().any(|all| all.iter().all(has)))
    }
}

/// Calls `each` with place and room of every row between `from` and before `to` whose terms fit, the newest first,
/// until it breaks.
pub(super) fn newest(
    db: &Connection,
    shelf: Shelf,
    plan: &Plan,
    (from, to): (i64, i64),
    mut each: impl FnMut(i64, i64) -> Result<ControlFlow<()>, StoreError>,
) -> Result<(), StoreError> {
    let mut fresh = db.prepare_cached(&format!(
        "SELECT seq, room, words FROM {} WHERE seq >= ?1 AND seq < ?2 ORDER BY seq DESC",
        shelf.fresh
    ))?;
    let mut rows = fresh.query((from, to))?;
    while let Some(row) = rows.next()? {
        let words = row.get_ref(2)?.as_str().unwrap_or_default();
        if plan.fits(words) && each(row.get(0)?, row.get(1)?)?.is_break() {
            return Ok(());
        }
    }
    drop(rows);
    let mut blocks = db.prepare_cached(&format!(
        "SELECT first, length(entries) FROM {} WHERE last >= ?1 AND first < ?2 ORDER BY first DESC",
        shelf.blocks
    ))?;
    let mut entries = db.prepare_cached(&format!(
        "SELECT entries FROM {} WHERE first = ?1",
        shelf.blocks
    ))?;
    let mut lookup = Lookup::new(db, shelf)?;
    let mut rows = blocks.query((from, to))?;
    while let Some(row) = rows.next()? {
        let first: i64 = row.get(0)?;
        let length = row.get::<_, u32>(1)? as usize / ENTRY_BYTES;
        let found = lookup.block(plan, first, length)?;
        if found.is_empty() {
            continue;
        }
        let entries: Vec<u8> = entries.query_row([first], |row| row.get(0))?;
        for place in found.descending() {
            let Some((seq, room)) = read_entry(first, &entries, place) else {
                continue;
            };
            if (from..to).contains(&seq) && each(seq, room)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Looks up terms in blocks.
struct Lookup<'a> {
    exact: CachedStatement<'a>,
    beginning: CachedStatement<'a>,
    beginnings_left: usize,
}

impl<'a> Lookup<'a> {
    fn new(db: &'a Connection, shelf: Shelf) -> Result<Lookup<'a>, StoreError> {
        let table = shelf.terms;
        Ok(Lookup {
            exact: db.prepare_cached(&format!(
                "SELECT places FROM {table} WHERE block = ?1 AND term = ?2"
            ))?,
            beginning: db.prepare_cached(&format!(
                "SELECT places FROM {table} WHERE block = ?1 AND term >= ?2 AND term < ?3 LIMIT ?4"
            ))?,
            beginnings_left: BEGINNINGS_IN_ALL_MAX,
        })
    }

    fn block(&mut self, plan: &Plan, block: i64, length: usize) -> Result<Places, StoreError> {
        let mut found: Option<Places> = None;
        for any in &plan.all {
            let mut either = Places::none(length);
            for all in any {
                let mut together: Option<Places> = None;
                for sought in all {
                    let places = self.term(sought, block, length)?;
                    let met = match together {
                        Some(before) => before.and(&places),
                        None => places,
                    };
                    let over = met.is_empty();
                    together = Some(met);
                    if over {
                        break;
                    }
                }
                if let Some(together) = together {
                    either.or(&together);
                }
            }
            let met = match found {
                Some(before) => before.and(&either),
                None => either,
            };
            if met.is_empty() {
                return Ok(met);
            }
            found = Some(met);
        }
        Ok(found.unwrap_or_else(|| Places::none(length)))
    }

    fn term(&mut self, sought: &Term, block: i64, length: usize) -> Result<Places, StoreError> {
        let mut places = Places::none(length);
        if sought.beginning && self.beginnings_left > 0 {
            let after = format!("{}{}", sought.term, char::MAX);
            let most = self.beginnings_left.min(BEGINNINGS_MAX);
            let mut rows = self
                .beginning
                .query((block, &sought.term, after, most as u32))?;
            while let Some(row) = rows.next()? {
                places.add(row.get_ref(0)?.as_blob().unwrap_or_default());
                self.beginnings_left -= 1;
            }
        } else {
            let mut rows = self.exact.query((block, &sought.term))?;
            if let Some(row) = rows.next()? {
                places.add(row.get_ref(0)?.as_blob().unwrap_or_default());
            }
        }
        Ok(places)
    }
}

/// The block that has a place of the log, and its entries.
pub(super) fn block_of(
    db: &Connection,
    shelf: Shelf,
    seq: i64,
) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
    let mut select = db.prepare_cached(&format!(
        "SELECT first, entries FROM {} WHERE first <= ?1 AND last >= ?1 ORDER BY first DESC LIMIT 1",
        shelf.blocks
    ))?;
    Ok(select
        .query_row([seq], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Some places of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places(Vec<u64>);

/// How places are written: as distances of seven bits a byte, or as bits.
const LIST: u8 = 0;
const BITS: u8 = 1;

impl Places {
    pub fn none(length: usize) -> Places {
        Places(vec![0; length.div_ceil(64)])
    }

    pub fn set(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    pub fn unset(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word &= !(1 << (place % 64));
        }
    }

    /// Adds what is written.
    pub fn add(&mut self, written: &[u8]) {
        match written.split_first() {
            Some((&BITS, bytes)) => {
                for (word, bytes) in self.0.iter_mut().zip(bytes.chunks(8)) {
                    let mut whole = [0; 8];
                    whole[..bytes.len()].copy_from_slice(bytes);
                    *word |= u64::from_le_bytes(whole);
                }
            }
            Some((&LIST, bytes)) => {
                let (mut place, mut distance, mut shift) = (0, 0, 0);
                for byte in bytes {
                    distance |= usize::from(byte & 0x7f) << shift;
                    shift = (shift + 7) % 21;
                    if byte & 0x80 == 0 {
                        place += distance;
                        self.set(place);
                        (distance, shift) = (0, 0);
                    }
                }
            }
            _ => {}
        }
    }

    /// As a row holds it, whichever is smaller.
    pub fn written(&self, length: usize) -> Vec<u8> {
        let mut ascending: Vec<u16> = self
            .descending()
            .filter_map(|place| u16::try_from(place).ok())
            .collect();
        ascending.reverse();
        written(&ascending, length)
    }

    fn and(mut self, other: &Places) -> Places {
        self.0
            .iter_mut()
            .zip(&other.0)
            .for_each(|(mine, other)| *mine &= other);
        self
    }

    fn or(&mut self, other: &Places) {
        self.0
            .iter_mut()
            .zip(&other.0)
            .for_each(|(mine, other)| *mine |= other);
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    fn descending(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().rev().flat_map(|(i, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.checked_ilog2()?;
                left &= !(1 << bit);
                Some(i * 64 + bit as usize)
            })
        })
    }
}

/// Ascending places of a block of `length` as a row holds them.
pub(super) fn written(places: &[u16], length: usize) -> Vec<u8> {
    let bits = length.div_ceil(8);
    let mut list = vec![LIST];
    let mut last = 0;
    for place in places {
        let mut distance = place - last;
        last = *place;
        while distance >= 0x80 {
            list.push((distance & 0x7f) as u8 | 0x80);
            distance >>= 7;
        }
        list.push(distance as u8);
        if list.len() > bits + 1 {
            let mut all = vec![0; bits + 1];
            all[0] = BITS;
            for place in places {
                all[1 + usize::from(place / 8)] |= 1 << (place % 8);
            }
            return all;
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(mut places in prop::collection::vec(0..5000_u16, 0..3000), first in 0..1000_i64) {
            places.sort_unstable();
            places.dedup();
            let bytes = written(&places, 5000);
            prop_assert!(bytes.len() <= 626);
            let mut read = Places::none(5000);
            read.add(&bytes);
            let back: Vec<usize> = read.descending().collect();
            prop_assert!(back.iter().rev().copied().eq(places.iter().map(|place| usize::from(*place))));
            prop_assert_eq!(read.written(5000), bytes);
            prop_assert_eq!(read_entry(first, &entry(first, first + 77, 9), 0), Some((first + 77, 9)));
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_without_harm() {
        let mut places = Places::none(10);
        for written in [
            &[][..],
            &[0, 255, 255, 255, 255, 255, 1],
            &[1, 1],
            &[7, 7],
            &[0, 200],
        ] {
            places.add(written);
        }
        places.set(4000);
        places.unset(4000);
    }
}

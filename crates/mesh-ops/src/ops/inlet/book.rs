//! What a node remembers of the last deliveries of its inlets, in memory: they are told of, and carried out once more. What came of
//! them stands in the log; a node that is started anew begins a new page.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use mesh_model::api::{InletBody, InletOutcome};
use mesh_model::limits::{INLET_DELIVERIES_MAX, INLET_KEPT_BYTES_MAX, INLET_KEPT_MS};
use mesh_model::{InletId, Millis, Refusal, Seq};

use super::letter::Knock;

/// What an inlet needs at each delivery, as the vault and the log have it.
pub(crate) struct Opened {
    /// The newest version of its secret when this was read.
    pub version: u32,
    /// Its secrets by their versions, the newest first.
    pub secrets: Vec<(u32, String)>,
    pub words: InletBody,
}

/// One delivery.
#[derive(Clone)]
pub(crate) struct Entry {
    pub number: u32,
    pub at: Millis,
    pub id: String,
    pub event: String,
    pub outcome: InletOutcome,
    pub why: Option<Refusal>,
    pub seq: Option<Seq>,
    pub bytes: u32,
    pub took_ms: u32,
    pub again: Option<u32>,
    /// As it came, while it is kept.
    pub knock: Option<Arc<Knock>>,
}

/// How many came since the node was started.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub came: u32,
    pub wrong: u32,
}

#[derive(Default)]
struct Page {
    opened: Option<Arc<Opened>>,
    counts: Counts,
    next: u32,
    /// The newest last.
    entries: VecDeque<Entry>,
}

impl Page {
    /// Lets go of bodies that are older than a day, and of the oldest that are too many.
    fn trim(&mut self, now: Millis) {
        let mut left = INLET_KEPT_BYTES_MAX;
        for entry in self.entries.iter_mut().rev() {
            let fits = now.since(entry.at) < INLET_KEPT_MS;
            let size = entry.knock.as_ref().map_or(0, |knock| knock.body.len());
            match left.checked_sub(size).filter(|_| fits) {
                Some(rest) => left = rest,
                None => entry.knock = None,
            }
        }
    }
}

/// The pages of all inlets.
#[derive(Default)]
pub(crate) struct Book {
    pages: Mutex<HashMap<InletId, Page>>,
}

impl Book {
    fn with<T>(&self, inlet: InletId, work: impl FnOnce(&mut Page) -> T) -> T {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        work(pages.entry(inlet).or_default())
    }

    pub fn opened(&self, inlet: InletId) -> Option<Arc<Opened>> {
        self.with(inlet, |page| page.opened.clone())
    }

    pub fn open(&self, inlet: InletId, opened: Arc<Opened>) {
        self.with(inlet, |page| page.opened = Some(opened));
    }

    /// Counts a delivery that did not prove itself.
    pub fn wrong(&self, inlet: InletId) {
        self.with(inlet, |page| {
            page.counts.wrong = page.counts.wrong.saturating_add(1);
        });
    }

    pub fn counts(&self, inlet: InletId) -> Counts {
        self.with(inlet, |page| page.counts)
    }

    /// Writes down a delivery, and gives it its number.
    pub fn add(&self, inlet: InletId, mut entry: Entry) -> Entry {
        self.with(inlet, |page| {
            page.next = page.next.saturating_add(1);
            page.counts.came = page.counts.came.saturating_add(1);
            entry.number = page.next;
            if page.entries.len() >= INLET_DELIVERIES_MAX {
                page.entries.pop_front();
            }
            page.entries.push_back(entry.clone());
            page.trim(entry.at);
            entry
        })
    }

    /// The last ones, the newest first.
    pub fn entries(&self, inlet: InletId, now: Millis) -> Vec<Entry> {
        self.with(inlet, |page| {
            page.trim(now);
            page.entries.iter().rev().cloned().collect()
        })
    }

    /// What was said at this place is erased, and so is what it came from.
    pub fn erase(&self, seq: Seq) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = pages.values_mut().flat_map(|page| &mut page.entries);
        entries
            .filter(|entry| entry.seq == Some(seq))
            .for_each(|entry| entry.knock = None);
    }

    pub fn forget(&self, inlet: InletId) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        pages.remove(&inlet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: u64, bytes: usize) -> Entry {
        Entry {
            number: 0,
            at: Millis(at),
            id: String::new(),
            event: "push".to_owned(),
            outcome: InletOutcome::Accepted,
            why: None,
            seq: None,
            bytes: 0,
            took_ms: 0,
            again: None,
            knock: Some(Arc::new(Knock {
                headers: Default::default(),
                body: vec![b' '; bytes].into(),
            })),
        }
    }

    fn kept(book: &Book, inlet: InletId, now: u64) -> Vec<(u32, bool)> {
        let entries = book.entries(inlet, Millis(now)).into_iter();
        entries
            .map(|entry| (entry.number, entry.knock.is_some()))
            .collect()
    }

    #[test]
    fn the_last_are_told_and_bodies_are_kept_for_a_day_while_there_is_room() {
        let (book, inlet) = (Book::default(), InletId(uuid::Uuid::nil()));
        for at in 0..60 {
            book.add(inlet, entry(at, 1));
        }
        let all = kept(&book, inlet, 60);
        assert_eq!((all.len(), all[0], all[49]), (50, (60, true), (11, true)));
        let half = INLET_KEPT_BYTES_MAX / 2;
        for at in 60..63 {
            book.add(inlet, entry(at, half));
        }
        let all = kept(&book, inlet, 63);
        assert_eq!(all[..3], [(63, true), (62, true), (61, false)]);
        assert!(all[3..].iter().all(|(_, kept)| !kept), "the rest is full");
        assert!(
            kept(&book, inlet, 62 + INLET_KEPT_MS)
                .iter()
                .all(|(_, kept)| !kept)
        );
        assert_eq!(book.counts(inlet).came, 63);
        book.forget(inlet);
        assert!(kept(&book, inlet, 63).is_empty());
    }
}

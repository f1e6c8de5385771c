//! Snapshots: somebody's state after some event, kept so that start-up need not read the whole log.
//!
//! A snapshot is a cache. It is used only if its event's header hash is the log's and its fingerprint (which names the
//! shape of the state) is the one asked for; in every other case it is as if it were not there.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use mesh_proof::{Digest, Tail};
use serde::{Deserialize, Serialize};

use crate::error::SnapshotError;
use crate::{LogReader, ReadError};

/// A state and the event after which it held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The event.
    pub tail: Tail,
    /// The state, opaque to the log.
    pub bytes: Vec<u8>,
}

/// Keeps and finds snapshots. Cheap to clone, usable from any thread while the writer goes on.
#[derive(Clone)]
pub struct Snapshots {
    store: Arc<dyn SnapshotStore>,
    reader: LogReader,
}

/// How many are kept: the newest, and one more in case that one cannot be read.
const KEPT: usize = 2;

/// Writes a state's bytes, a piece at a time: a large state need not be in memory a second time as bytes.
pub type WriteState<'a> = &'a mut dyn FnMut(&mut dyn io::Write) -> io::Result<()>;

/// First line of a snapshot; the state's bytes follow.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    seq: u64,
    head: Digest,
    fingerprint: String,
    sha256: Digest,
}

/// Where snapshots are kept, by their event.
pub(crate) trait SnapshotStore: Send + Sync {
    /// Stores a first line and what is written as one, durably and all or nothing. The line holds the hash of the rest;
    /// it is as long whatever the hash is.
    fn put(
        &self,
        seq: u64,
        line: &dyn Fn(Digest) -> Vec<u8>,
        write: WriteState<'_>,
    ) -> Result<(), SnapshotError>;
    fn get(&self, seq: u64) -> Result<Option<Vec<u8>>, SnapshotError>;
    fn remove(&self, seq: u64) -> Result<(), SnapshotError>;
    /// Events that have a snapshot, in rising order.
    fn list(&self) -> Result<Vec<u64>, SnapshotError>;
}

impl std::fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshots").finish_non_exhaustive()
    }
}

impl Snapshots {
    pub(crate) fn new(store: Arc<dyn SnapshotStore>, reader: LogReader) -> Self {
        Self { store, reader }
    }

    /// Keeps what `write` gives as the state after `tail`, durably, and drops the older ones that are no longer needed.
    ///
    /// `tail` must be a durable event of this log.
    pub fn save(
        &self,
        tail: Tail,
        fingerprint: &str,
        write: WriteState<'_>,
    ) -> Result<(), SnapshotError> {
        if self.reader.head_at(tail.seq)? != Some(tail.head) {
            return Err(SnapshotError::NotInLog { seq: tail.seq });
        }
        let line = |sha256| {
            let title = Title {
                seq: tail.seq,
                head: tail.head,
                fingerprint: fingerprint.to_owned(),
                sha256,
            };
            let mut line =
                serde_json::to_vec(&title).expect("numbers and strings always serialise");
            line.push(b'\n');
            line
        };
        self.store.put(tail.seq, &line, write)?;
        let all = self.store.list()?;
        for seq in &all[..all.len().saturating_sub(KEPT)] {
            self.store.remove(*seq)?;
        }
        Ok(())
    }

    /// The newest usable snapshot with this fingerprint.
    pub fn load(&self, fingerprint: &str) -> Result<Option<Snapshot>, SnapshotError> {
        for seq in self.store.list()?.into_iter().rev() {
            let stored = self.store.get(seq)?;
            if let Some(snapshot) = stored.and_then(|stored| decode(stored, fingerprint))
                && self.is_ours(snapshot.tail)?
            {
                return Ok(Some(snapshot));
            }
        }
        Ok(None)
    }

    fn is_ours(&self, tail: Tail) -> Result<bool, ReadError> {
        Ok(self.reader.head_at(tail.seq)? == Some(tail.head))
    }
}

fn decode(mut stored: Vec<u8>, fingerprint: &str) -> Option<Snapshot> {
    let end = memchr::memchr(b'\n', &stored)?;
    let title: Title = serde_json::from_slice(&stored[..end]).ok()?;
    stored.drain(..=end);
    let bytes = stored;
    let usable = title.fingerprint == fingerprint && title.sha256 == Digest::of(&bytes);
    usable.then_some(Snapshot {
        tail: Tail {
            seq: title.seq,
            head: title.head,
        },
        bytes,
    })
}

/// Snapshots in memory.
#[derive(Default)]
pub(crate) struct MemorySnapshots(Mutex<BTreeMap<u64, Vec<u8>>>);

impl MemorySnapshots {
    fn map(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SnapshotStore for MemorySnapshots {
    fn put(
        &self,
        seq: u64,
        line: &dyn Fn(Digest) -> Vec<u8>,
        write: WriteState<'_>,
    ) -> Result<(), SnapshotError> {
        let mut bytes = Vec::new();
        write(&mut bytes).map_err(SnapshotError::Unwritten)?;
        let mut stored = line(Digest::of(&bytes));
        stored.append(&mut bytes);
        self.map().insert(seq, stored);
        Ok(())
    }

    fn get(&self, seq: u64) -> Result<Option<Vec<u8>>, SnapshotError> {
        Ok(self.map().get(&seq).cloned())
    }

    fn remove(&self, seq: u64) -> Result<(), SnapshotError> {
        self.map().remove(&seq);
        Ok(())
    }

    fn list(&self) -> Result<Vec<u64>, SnapshotError> {
        Ok(self.map().keys().copied().collect())
    }
}

//! A log in memory: the simplest thing that keeps the promises of [`Log`], for tests and as a model of the file log.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use ed25519_dalek::SigningKey;
use mesh_proof::{Event, Header, Tail, build_batch, erased_line};

use crate::error::{AppendError, EraseError, OpenError, ReadError};
use crate::reader::{Position, Source};
use crate::snapshot::MemorySnapshots;
use crate::{Log, LogReader, Snapshots};

/// What stays when a [`MemoryLog`] is dropped: the memory log's folder. Clones are the same store.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Shared>);

/// A log in memory, open for appending.
pub struct MemoryLog {
    store: MemoryStore,
    key: Option<SigningKey>,
    tail: Tail,
}

#[derive(Default)]
struct Shared {
    lines: RwLock<Lines>,
    snapshots: Arc<MemorySnapshots>,
    in_use: AtomicBool,
}

#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    /// Where the header of event `index + 1` stands.
    headers: Vec<usize>,
    tail: Tail,
}

impl MemoryLog {
    /// A new, empty log that does not sign.
    pub fn new() -> Self {
        Self::open(&MemoryStore::default(), None).expect("nobody else has this store")
    }

    /// Opens the log in `store`. With a key every batch is signed.
    pub fn open(store: &MemoryStore, key: Option<SigningKey>) -> Result<Self, OpenError> {
        if store.0.in_use.swap(true, Ordering::AcqRel) {
            return Err(OpenError::InUse {
                dir: PathBuf::from("memory"),
            });
        }
        Ok(Self {
            store: store.clone(),
            key,
            tail: store.0.read().tail,
        })
    }
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for MemoryLog {
    fn drop(&mut self) {
        self.store.0.in_use.store(false, Ordering::Release);
    }
}

impl Log for MemoryLog {
    fn tail(&self) -> Tail {
        self.tail
    }

    fn append(&mut self, expected: Tail, events: &[Event<'_>]) -> Result<Tail, AppendError> {
        if expected != self.tail {
            return Err(AppendError::Moved {
                expected,
                actual: self.tail,
            });
        }
        let mut lines = self.store.0.write();
        let start = lines.bytes.len();
        let tail = build_batch(self.tail, events, self.key.as_ref(), &mut lines.bytes)?;
        let starts: Vec<usize> = line_starts(&lines.bytes, start)
            .filter(|at| lines.bytes[*at..].starts_with(b"{\"h\":"))
            .collect();
        lines.headers.extend(starts);
        lines.tail = tail;
        self.tail = tail;
        Ok(tail)
    }

    fn is_read_only(&self) -> bool {
        false
    }

    fn reader(&self) -> LogReader {
        LogReader::new(self.store.0.clone())
    }

    fn erase(&mut self, seqs: &[u64]) -> Result<(), EraseError> {
        if let Some(seq) = seqs.iter().find(|seq| **seq == 0 || **seq > self.tail.seq) {
            return Err(EraseError::NoSuchEvent {
                seq: *seq,
                tail: self.tail.seq,
            });
        }
        let mut lines = self.store.0.write();
        for seq in seqs {
            let header = lines.headers[*seq as usize - 1];
            let header_end = line_end(&lines.bytes, header);
            let has_body = Header::parse(&lines.bytes[header..header_end])
                .is_ok_and(|header| header.body.is_some());
            if has_body {
                let body = header_end + 1..line_end(&lines.bytes, header_end + 1);
                let erased = erased_line(*seq, body.len());
                lines.bytes[body].copy_from_slice(&erased);
            }
        }
        Ok(())
    }

    fn snapshots(&self) -> Snapshots {
        Snapshots::new(self.store.0.snapshots.clone(), self.reader())
    }
}

impl Shared {
    fn read(&self) -> RwLockReadGuard<'_, Lines> {
        self.lines.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Lines> {
        self.lines.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Shared {
    fn tail(&self) -> Tail {
        self.read().tail
    }

    fn start(&self) -> Position {
        Position {
            segment: 1,
            offset: 0,
        }
    }

    fn find(&self, seq: u64) -> Result<Position, ReadError> {
        Ok(Position {
            segment: 1,
            offset: self.read().headers[seq as usize - 1] as u64,
        })
    }

    fn fill(&self, at: Position, len: usize, buf: &mut Vec<u8>) -> Result<Position, ReadError> {
        let lines = self.read();
        let rest = lines.bytes.get(at.offset as usize..).unwrap_or_default();
        buf.clear();
        buf.extend_from_slice(&rest[..rest.len().min(len)]);
        Ok(at)
    }

    fn segment_name(&self, _segment: u64) -> String {
        "memory".to_owned()
    }
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at)
}

fn line_starts(bytes: &[u8], start: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(start), move |at| Some(line_end(bytes, *at) + 1))
        .take_while(move |at| *at < bytes.len())
}

//! A log in a folder.
//!
//! ```text
//! lock                             held by the one process that writes
//! 00000000000000000001.jsonl       segments, named by their first event; the last one ends in newlines,
//! 00000000000000004711.jsonl       written and synced ahead, so that a batch does not change the file's length
//! snapshot-00000000000000004800.bin   a cache of somebody's state
//! torn-00000000000000004822.jsonl  an unfinished batch that was found at start-up, set aside
//! erasing.json                     events whose bodies are being erased; finished at the next start if interrupted
//! ```
//!
//! Where things are: `open` finds the end and repairs it, `append` writes batches, `find` searches by number,
//! `erase` blanks bodies, `folder` holds what readers and the writer share.

mod append;
mod erase;
mod find;
mod folder;
mod open;
mod recover;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use ed25519_dalek::SigningKey;
use mesh_proof::{Event, Tail, Trust};

use crate::disk::{Disk, DiskLock};
use crate::error::{AppendError, EraseError};
use crate::{Log, LogReader, Snapshots};
pub(crate) use append::{Active, SegmentWriter};
pub(crate) use folder::{Folder, IMPORTING, parse_segment_name, segment_name, write_all};
pub(crate) use open::take;
pub use open::{open_reader, verify_folder};

/// How a [`FileLog`] is opened. The default does not sign.
#[derive(Debug, Clone)]
pub struct FileOptions {
    /// Signs every batch.
    pub key: Option<SigningKey>,
    /// Whose signatures are accepted in the batches that are checked at start-up.
    pub trust: Trust,
    /// No segment grows beyond this, and no batch can be larger. In bytes.
    pub segment_bytes_max: u64,
    /// The first piece of padding in a segment: small, so that an empty mesh is. In bytes.
    pub chunk_bytes_min: u64,
    /// Padding doubles with the segment up to this. Larger pieces mean fewer slow syncs, each a little slower. In bytes.
    pub chunk_bytes_max: u64,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self {
            key: None,
            trust: Trust::AnyKey,
            segment_bytes_max: 64 << 20,
            chunk_bytes_min: 64 << 10,
            chunk_bytes_max: 4 << 20,
        }
    }
}

/// What was found and done when a [`FileLog`] was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// The last durable event.
    pub tail: Tail,
    /// Number of segments.
    pub segments: usize,
    /// An unfinished batch at the end, now set aside. It was never acknowledged.
    pub torn: Option<Torn>,
    /// Events whose erasure had been interrupted and is now finished.
    pub erased: Vec<u64>,
}

/// An unfinished batch that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// Where its bytes are now. The file is not used any more and may be deleted.
    pub saved_as: PathBuf,
    /// How many bytes.
    pub bytes: u64,
    /// The batch would have begun with this event.
    pub seq: u64,
}

/// A log in a folder, open for appending. Only one can exist at a time for a folder, whatever the process.
pub struct FileLog {
    folder: Arc<Folder>,
    options: FileOptions,
    active: Active,
    tail: Tail,
    read_only: bool,
    /// The bytes of the batch being appended; kept to save the allocation.
    batch: Vec<u8>,
    eraser: Eraser,
}

/// Erases bodies of a [`FileLog`] beside its writer, from any thread. Cheap to clone. The folder stays locked as long as
/// one is there.
#[derive(Clone)]
pub struct Eraser {
    folder: Arc<Folder>,
    /// Held while one erases: there is one note of what is being erased.
    busy: Arc<Mutex<()>>,
    _lock: Arc<dyn DiskLock>,
}

impl std::fmt::Debug for Eraser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Eraser")
            .field("dir", &self.folder.dir)
            .finish_non_exhaustive()
    }
}

impl Eraser {
    /// As [`Log::erase`], while the writer goes on.
    pub fn erase(&self, seqs: &[u64]) -> Result<(), EraseError> {
        let tail = self.folder.with_layout(|layout| layout.tail.seq);
        if let Some(seq) = seqs.iter().find(|seq| **seq == 0 || **seq > tail) {
            return Err(EraseError::NoSuchEvent { seq: *seq, tail });
        }
        let _busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        erase::erase(&self.folder, seqs)
    }
}

impl std::fmt::Debug for FileLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileLog")
            .field("dir", &self.folder.dir)
            .field("tail", &self.tail)
            .finish_non_exhaustive()
    }
}

impl FileLog {
    /// Opens the log in `dir`, making the folder if needed, and repairs what an interrupted write left behind.
    ///
    /// Takes time independent of the log's length: only the last batches are checked.
    /// [`LogReader::read_checked`] checks what is replayed and [`LogReader::verify`] everything.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: impl Into<PathBuf>,
        options: FileOptions,
    ) -> Result<(Self, OpenReport), crate::OpenError> {
        open::open(disk, dir.into(), options)
    }

    /// Erases beside this writer, for those who do not want to wait for it or have it wait.
    pub fn eraser(&self) -> Eraser {
        self.eraser.clone()
    }
}

impl Log for FileLog {
    fn tail(&self) -> Tail {
        self.tail
    }

    fn append(&mut self, expected: Tail, events: &[Event<'_>]) -> Result<Tail, AppendError> {
        self.append_batch(expected, events)
    }

    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn reader(&self) -> LogReader {
        LogReader::new(self.folder.clone())
    }

    fn erase(&mut self, seqs: &[u64]) -> Result<(), EraseError> {
        if self.read_only {
            return Err(EraseError::ReadOnly);
        }
        self.eraser.erase(seqs)
    }

    fn snapshots(&self) -> Snapshots {
        Snapshots::new(self.folder.clone(), self.reader())
    }
}

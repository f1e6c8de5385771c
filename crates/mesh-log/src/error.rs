//! Everything that can go wrong with a log: what happened, what it means for the data, what to do.

use std::io;
use std::path::PathBuf;

use mesh_proof::{EncodeError, Problem, Tail};

/// An IO failure and the file it happened to.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {}: {source}", path.display())]
pub struct FileError {
    /// What was tried, as a verb: "read", "sync".
    pub what: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

/// A log that does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another handle or process holds the folder.
    #[error(
        "the log in {} is in use by another process; nothing was changed; stop the node that runs on this folder, or use another folder with --home",
        dir.display()
    )]
    InUse {
        /// The log's folder.
        dir: PathBuf,
    },
    /// A complete batch is not what was written.
    #[error(
        "the log is damaged at {problem}; nothing was changed; restore the folder from a backup, or export the part before that line and import it into a new folder"
    )]
    Damaged {
        /// The first line that is wrong.
        problem: Problem,
    },
    /// The log ends before an event that was durable.
    #[error(
        "the log ends at event {tail} but a snapshot was taken at event {snapshot}, so acknowledged events are missing; nothing was changed; restore the folder from a backup, or, to go on without them, remove {}",
        path.display()
    )]
    ShorterThanSnapshot {
        /// The log's last event.
        tail: u64,
        /// The snapshot's event.
        snapshot: u64,
        /// The snapshot.
        path: PathBuf,
    },
    /// An import into this folder was interrupted.
    #[error("an import into {} did not finish, so the log is not whole; delete the folder and import again", dir.display())]
    ImportUnfinished {
        /// The log's folder.
        dir: PathBuf,
    },
    /// Reading or repairing failed.
    #[error(
        "{0}; what is stored is unchanged; see that the disk is mounted, writable and not full, then start again"
    )]
    Io(#[from] FileError),
    /// Looking for the log's end failed.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// A batch that was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// An event cannot be written. The log is unchanged.
    #[error("the batch was not stored: {0}")]
    Encode(#[from] EncodeError),
    /// The writer has not seen the latest batch. The log is unchanged.
    #[error("the batch was not stored: it follows event {}, but the log ends at event {}", expected.seq, actual.seq)]
    Moved {
        /// The tail the writer knows.
        expected: Tail,
        /// The log's tail.
        actual: Tail,
    },
    /// The batch does not fit into a segment. The log is unchanged.
    #[error(
        "the batch was not stored: it takes {bytes} bytes and at most {bytes_max} fit; split it"
    )]
    TooLarge {
        /// Size of the batch.
        bytes: u64,
        /// Size of a segment.
        bytes_max: u64,
    },
    /// An earlier failure closed the log. The log is unchanged.
    #[error(
        "the batch was not stored: the log takes no more events after an earlier disk failure; check the disk and restart the node"
    )]
    ReadOnly,
    /// Writing failed and every trace of the batch has been removed.
    #[error("the batch was not stored: {source}")]
    NotStored {
        /// What failed.
        source: FileError,
    },
    /// Writing failed and so did removing it: whether the batch is stored shows when the log is opened again.
    #[error(
        "whether the batch was stored is unknown: {source}; check the disk and restart the node"
    )]
    OutcomeUnknown {
        /// What failed.
        source: FileError,
    },
}

impl AppendError {
    /// Whether the batch is certainly not stored and never will be.
    pub fn is_not_stored(&self) -> bool {
        !matches!(self, Self::OutcomeUnknown { .. })
    }
}

/// Contents that were not all erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// There is no such event.
    #[error("nothing was erased: event {seq} is not in the log, which ends at event {tail}")]
    NoSuchEvent {
        /// The number asked for.
        seq: u64,
        /// The last event.
        tail: u64,
    },
    /// An earlier failure closed the log.
    #[error(
        "nothing was erased: the log is read-only after an earlier disk failure; check the disk and restart the node"
    )]
    ReadOnly,
    /// The event could not be found in its segment.
    #[error("not everything was erased: {0}")]
    Read(#[from] ReadError),
    /// Writing failed. The rest is erased when the log is opened again if it was noted, else ask again.
    #[error("not everything was erased: {0}; restart the node and erase again")]
    Io(#[from] FileError),
}

/// A read that failed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bytes are not those that were written.
    #[error(
        "the log is damaged at {problem}; run `mesh log verify` and restore the folder from a backup"
    )]
    Damaged {
        /// What was found.
        problem: Problem,
    },
    /// The disk failed.
    #[error(transparent)]
    Io(#[from] FileError),
}

/// A log that does not verify.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The first line that is wrong.
    #[error("{0}")]
    Problem(Problem),
    /// The check could not be done.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// A snapshot that was not kept or could not be looked for. Snapshots are a cache: the log itself is not affected.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The snapshot is not of a durable event of this log.
    #[error("the snapshot was not kept: it is of event {seq}, which is not in this log")]
    NotInLog {
        /// The snapshot's event.
        seq: u64,
    },
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The state could not be written as bytes.
    #[error("the snapshot was not kept: {0}")]
    Unwritten(std::io::Error),
    /// The disk failed.
    #[error(transparent)]
    Io(#[from] FileError),
}

/// An export that did not finish.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Reading the log failed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Writing the export failed.
    #[error("cannot write the export: {0}; the log is unchanged")]
    Write(io::Error),
}

/// An import that did not finish. The folder is left without a log.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder already holds a log.
    #[error("{} already holds a log; nothing was changed; import into an empty folder", dir.display())]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
    },
    /// The lines are not an intact log.
    #[error("nothing was imported: the export is damaged at {0}")]
    Problem(Problem),
    /// A batch does not fit into a segment.
    #[error(
        "nothing was imported: a batch of {bytes} bytes does not fit into a segment of {bytes_max}"
    )]
    TooLarge {
        /// Size of the batch.
        bytes: u64,
        /// Size of a segment.
        bytes_max: u64,
    },
    /// Reading the export failed.
    #[error("nothing was imported: cannot read the export: {0}")]
    Read(io::Error),
    /// Writing the log failed.
    #[error("nothing was imported: {0}")]
    Io(#[from] FileError),
    /// The folder could not be taken.
    #[error(transparent)]
    Open(#[from] OpenError),
}

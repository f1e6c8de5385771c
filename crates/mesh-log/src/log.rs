//! What every log can do.

use mesh_proof::{Event, Tail, Trust, Verified};

use crate::{AppendError, EraseError, LogReader, Snapshots, VerifyError};

/// An append-only list of events.
///
/// Events are numbered from 1 without gaps. They are written in batches; a batch is stored whole or not at all.
///
/// ```text
///            batch          batch      batch being appended
///         /---------\     /-------\     /- - - -\
///   seq    1   2   3       4    5       6     7
///          |               |    |
///          |               |    tail: seq 5 and the hash of event 5's header.
///          |               |          Everything up to here is durable, and readers see no further.
///          |               a reader that asks from 4 gets 4, 5
///          the first event; its header names 64 zeros as the hash before it
/// ```
///
/// There is one writer: the value that implements this trait. Readers and snapshot handles made from it are cheap to
/// clone, live in other threads and stay valid after the log is dropped.
pub trait Log: Send {
    /// The last durable event, [`Tail::EMPTY`] in a new log. Survives a power cut.
    fn tail(&self) -> Tail;

    /// Appends `events` as one batch after `expected`, and returns the new tail once the batch is durable.
    ///
    /// `expected` must be the tail: a writer that has not seen the latest batch is refused with
    /// [`AppendError::Moved`]. The error says whether the batch is certainly not stored or whether nobody knows.
    fn append(&mut self, expected: Tail, events: &[Event<'_>]) -> Result<Tail, AppendError>;

    /// Whether a failure that could not be repaired has closed the log to appends. Opening it anew tells what is stored.
    fn is_read_only(&self) -> bool;

    /// A reader of everything that is or becomes durable.
    fn reader(&self) -> LogReader;

    /// Erases the contents and salts of these events for good, and returns when that is durable.
    ///
    /// Headers stay, so the chain still verifies. An event without a body, or one already erased, is left as it is.
    /// After an error some may be erased; erasing again is harmless.
    fn erase(&mut self, seqs: &[u64]) -> Result<(), EraseError>;

    /// Keeps and finds snapshots of whatever state is built from the log.
    fn snapshots(&self) -> Snapshots;

    /// Checks everything stored, from the first line to the last. Slow; [`LogReader::verify`] does it in another thread.
    fn verify(&self, trust: &Trust) -> Result<Verified, VerifyError> {
        self.reader().verify(trust, &mut |_| {})
    }
}

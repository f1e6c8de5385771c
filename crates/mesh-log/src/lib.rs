//! The log of a mesh: an append-only, hash-chained, signed list of events. It knows nothing of what events mean.
//!
//! * [`Log`] is the trait; its doc comment draws what the numbers mean. [`MemoryLog`] implements it.
//! * [`LogReader`] reads what is durable, independently of the writer and from any thread.
//! * [`Disk`] is everything a file log asks of an operating system; [`RealDisk`] is the real one.
//!
//! The lines themselves, the chain and the signatures are made and checked by `mesh-proof`.

mod disk;
mod error;
mod log;
mod memory;
mod reader;
mod snapshot;

pub use disk::{Access, Disk, DiskFile, DiskLock, RealDisk};
pub use error::{
    AppendError, EraseError, ExportError, FileError, ImportError, OpenError, ReadError, SnapshotError, VerifyError,
};
pub use log::Log;
pub use memory::{MemoryLog, MemoryStore};
pub use mesh_proof::{Digest, Event as LogEvent, Problem, ProblemKind, Tail, Trust, Verified};
pub use reader::{Content, LogReader, Record};
pub use snapshot::{Snapshot, Snapshots};

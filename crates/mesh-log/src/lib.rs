//! The log of a mesh: an append-only, hash-chained, signed list of events. It knows nothing of what events mean.
//!
//! * [`Log`] is the trait; its doc comment draws what the numbers mean. [`MemoryLog`] and [`FileLog`] implement it and
//!   pass the same [`conformance`] suite.
//! * [`LogReader`] reads what is durable, independently of the writer and from any thread.
//! * [`FileLog`] keeps segments of JSON Lines in a folder, one write and one `fdatasync` a batch.
//! * [`Disk`] is everything the file log asks of an operating system; [`RealDisk`] is the real one, [`SimDisk`] loses
//!   power, tears writes and fails on demand, always the same way for the same seed.
//! * [`open_reader`] and [`verify_folder`] look at a folder beside the node that writes it; [`LogReader::export`] and
//!   [`import`] carry a log elsewhere.
//!
//! The lines themselves, the chain and the signatures are made and checked by `mesh-proof`.

pub mod conformance;
mod disk;
mod error;
mod file;
mod log;
mod memory;
mod reader;
mod sim;
mod snapshot;
mod transfer;

pub use disk::{Access, Disk, DiskFile, DiskLock, RealDisk};
pub use error::{
    AppendError, EraseError, ExportError, FileError, ImportError, OpenError, ReadError,
    SnapshotError, VerifyError,
};
pub use file::{Eraser, FileLog, FileOptions, OpenReport, Torn, open_reader, verify_folder};
pub use log::Log;
pub use memory::{MemoryLog, MemoryStore};
pub use mesh_proof::{Digest, Event as LogEvent, Problem, ProblemKind, Tail, Trust, Verified};
pub use reader::{Content, LogReader, Record};
pub use sim::{Fault, SimDisk};
pub use snapshot::{Snapshot, Snapshots, WriteState};
pub use transfer::import;

//! Memories, sealed as the log has them.

mod project;
mod read;
pub(super) mod schema;

pub use read::MemoryRow;

//! Memories, sealed as the log has them.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub use read::MemoryRow;

//! Shared files of rooms and their versions.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub(super) use read::attached;
pub use read::{FileRow, FileSearch};

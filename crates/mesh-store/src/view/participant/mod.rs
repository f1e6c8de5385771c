//! What participants say of themselves.

mod project;
mod read;
pub(super) mod schema;

pub use read::ProfileRow;

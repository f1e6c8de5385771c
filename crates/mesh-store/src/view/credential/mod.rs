//! What credentials and invites are called.

mod project;
mod read;
pub(super) mod schema;

pub use read::LabelRow;

//! The shared context of rooms.

mod project;
mod read;
pub(super) mod schema;

pub use read::ContextRow;

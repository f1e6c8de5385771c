//! Kinds of events, and what was published.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub use read::{EventTypeRow, PublishedRow};

//! What waits for a moderator.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;

//! What workers say of themselves.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;

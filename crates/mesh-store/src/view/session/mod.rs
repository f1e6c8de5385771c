//! Sessions of clients.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub use read::{SessionFilter, SessionRow};

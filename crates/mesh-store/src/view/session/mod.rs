//! Sessions of clients.

mod project;
mod read;
pub(super) mod schema;

pub use read::{SessionFilter, SessionRow};

//! What waits in mirrors for the word of their home.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub use read::HomeWaits;

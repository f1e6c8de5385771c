//! What credentials and invites are called.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::{project, project_invite};
pub use read::LabelRow;

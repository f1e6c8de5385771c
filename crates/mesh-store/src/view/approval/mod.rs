//! Approvals.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub use read::{Answered, ApprovalAnswer, ApprovalRow};

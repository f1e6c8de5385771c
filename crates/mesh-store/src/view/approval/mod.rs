//! Approvals.

mod project;
mod read;
pub(super) mod schema;

pub use read::{Answer, Answered, ApprovalRow};

//! Approvals.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub(super) use read::{APPROVED, EXPIRED, REJECTED, waiting_then};
pub use read::{Answered, ApprovalAnswer, ApprovalRow};

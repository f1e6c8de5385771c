//! Journals: what participants noted about their own work.

mod project;
mod read;
pub(super) mod schema;
mod sums;

pub(super) use project::project;
pub use read::{JournalAsk, JournalPage, JournalRow};
pub use sums::{ErrorRow, JournalSums};

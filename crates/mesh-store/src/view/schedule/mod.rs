//! The words of schedules, and what came of their times.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub use read::{RunRow, ScheduleRow};

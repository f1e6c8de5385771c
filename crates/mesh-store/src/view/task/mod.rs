//! Tasks: what they say, where they stand, who tried them and what came of it.

mod attempts;
mod figures;
mod list;
mod project;
mod read;
pub(super) mod schema;

pub use figures::{DayRow, Figures, WorkerRow, days_back};
pub use list::{TaskFilter, TaskPage};
pub(super) use project::{Kept, project};
pub(super) use read::spend;
pub use read::{AttemptRow, PieceRow, ResultRow, TaskRow};

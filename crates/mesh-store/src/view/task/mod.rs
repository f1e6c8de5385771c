//! Tasks: what they say, where they stand, who tried them and what came of it.

mod attempts;
mod figures;
mod list;
mod past;
mod project;
mod read;
pub(super) mod schema;

pub use figures::{DayRow, Figures, WorkerRow, days_back};
pub use list::{TaskFilter, TaskPage};
pub use past::Stood;
pub(super) use past::{STOOD, state};
pub(super) use project::{Kept, project};
pub use read::{AttemptRow, PieceRow, ResultRow, TaskRow};
pub(super) use read::{COLUMNS, row, spend};

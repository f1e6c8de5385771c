//! Templates of tasks.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub use read::TemplateRow;

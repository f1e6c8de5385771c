//! Templates of tasks.

mod project;
mod read;
pub(super) mod schema;

pub use read::TemplateRow;

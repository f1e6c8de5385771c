//! Messages: one by one, in threads and in the history of their room.

mod history;
mod more;
mod project;
mod read;
pub(super) mod schema;

pub use history::Page;
pub(super) use project::Body;
pub(super) use project::project;
pub(super) use read::{COLUMNS, quoted, row, with_quotes};
pub use read::{MessageRow, QuoteRow};

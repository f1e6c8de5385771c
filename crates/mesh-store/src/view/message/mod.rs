//! Messages: one by one, in threads and in the history of their room.

mod history;
mod more;
mod project;
mod react;
mod read;
pub(super) mod schema;
mod then;

pub use history::Page;
pub(super) use project::Body;
pub(super) use project::project;
pub use react::ReactionRow;
pub use read::{AttachedRow, MessageRow, QuoteRow};
pub(super) use read::{COLUMNS, complete, completed, row};
pub use then::MessageThen;

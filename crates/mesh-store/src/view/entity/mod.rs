//! Claims about things, as they were noted. What follows from them is put together by whoever asks.

mod project;
mod read;
pub(super) mod schema;

pub(super) use project::project;
pub use read::ClaimRow;

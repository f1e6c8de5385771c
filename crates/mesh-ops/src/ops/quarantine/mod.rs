//! What waits for a moderator.

mod list;
mod review;

//! Messages that wait for a moderator.

pub mod api;
pub mod events;
pub mod ops;

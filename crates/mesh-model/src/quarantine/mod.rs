//! Messages that wait for a moderator.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

//! Shared context: named values of a room. The place in the log where a value was set is its version.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

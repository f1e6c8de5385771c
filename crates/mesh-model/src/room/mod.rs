//! Rooms and who is in them.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

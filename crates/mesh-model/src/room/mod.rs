//! Rooms and who is in them.

pub mod api;
pub mod events;
pub mod ops;

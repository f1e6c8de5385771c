//! What the guard finds in words.

pub mod api;
pub mod events;
pub mod ops;

//! What the guard finds in words.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

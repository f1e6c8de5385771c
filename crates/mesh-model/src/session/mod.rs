//! Sessions: one connected run of a client.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

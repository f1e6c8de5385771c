//! Workers: participants that take tasks.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

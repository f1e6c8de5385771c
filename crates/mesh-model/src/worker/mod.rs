//! Workers: participants that take tasks.

pub mod api;
pub mod events;
pub mod ops;

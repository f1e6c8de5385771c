//! Positions: where members of a room stand on its plane. Never stored.

pub mod api;
pub mod ops;

//! Attention: how much somebody wants to hear, of which room, and when not at all.

pub mod api;
pub mod ops;

//! The mesh itself: its beginning, its vault, its limits, what was refused.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

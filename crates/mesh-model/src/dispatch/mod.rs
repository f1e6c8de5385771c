//! The switch that stops all dispatch.

pub mod events;
pub mod ops;

//! The switch that stops all dispatch.

pub mod command;
pub mod events;
pub mod ops;

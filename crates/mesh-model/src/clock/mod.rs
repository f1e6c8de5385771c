//! Simulation clocks: a time of its own for a room, which runs faster than the node's, waits, or is set.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

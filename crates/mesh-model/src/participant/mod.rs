//! Participants: people, agents, bots, bridges.

pub mod api;
pub mod events;
pub mod ops;

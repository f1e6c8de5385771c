//! Participants: people, agents, bots, bridges.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

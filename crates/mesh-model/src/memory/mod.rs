//! Memories of agents. Their words are content, sealed by the node before they get here.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

//! The tools of the node.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

//! Secrets of the node. Their values are in the vault alone, sealed.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

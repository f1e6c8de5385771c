//! Messages.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

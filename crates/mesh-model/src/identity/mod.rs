//! Keys that participants sign with.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

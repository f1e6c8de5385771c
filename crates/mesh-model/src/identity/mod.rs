//! Keys that participants sign with.

pub mod api;
pub mod events;
pub mod ops;

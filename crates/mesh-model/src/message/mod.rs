//! Messages.

pub mod api;
pub mod events;
pub mod ops;

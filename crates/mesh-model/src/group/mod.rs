//! Groups of participants.

pub mod api;
pub mod events;
pub mod ops;

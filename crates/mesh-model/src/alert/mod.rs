//! Alerts: what is wrong and waits for a person to know of it.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

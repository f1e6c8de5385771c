//! Users: people who sign in with a password.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

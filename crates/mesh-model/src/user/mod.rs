//! Users: people who sign in with a password.

pub mod api;
pub mod events;
pub mod ops;

//! Signing in, browsers, passwords.

pub mod api;
pub mod ops;

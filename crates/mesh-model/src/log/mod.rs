//! The log as it is read and verified.

pub mod api;
pub mod ops;

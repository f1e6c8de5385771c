//! How present somebody is.

pub mod api;
pub mod ops;

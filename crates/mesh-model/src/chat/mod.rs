//! Chat commands: lines that begin with a slash.

pub mod api;
pub mod ops;

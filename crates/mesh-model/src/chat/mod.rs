//! Chat commands: lines that begin with a slash, and spoken sentences.

pub mod api;
pub mod ops;

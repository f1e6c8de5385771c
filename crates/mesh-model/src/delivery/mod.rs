//! Delivery: messages handed into a running session of a program, and what came of them.

pub mod api;
pub mod ops;

/// With this begin the words that wake a session. A prompt that begins so was the node's, unless a person typed it.
pub const WAKE: &str = "[mesh:wake]";

//! Delivery: messages handed into a running session of a program, and what came of them.

pub mod api;
pub mod ops;

//! Approvals: questions that hold work up until somebody answers or time runs out.

pub mod api;
pub mod events;
pub mod ops;

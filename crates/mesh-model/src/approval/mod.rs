//! Approvals: questions that hold work up until somebody answers or time runs out.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

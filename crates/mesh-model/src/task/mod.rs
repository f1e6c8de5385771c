//! Tasks: who tries them, and what came of it.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;
pub mod plan;

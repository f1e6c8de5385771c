//! Templates: recurring tasks with blanks to fill in, and pipelines.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

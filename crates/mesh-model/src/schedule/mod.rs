//! Schedules and reminders: something that is said, or tasks that are created, at a time.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

//! Leases on paths: who edits what in the project that a room is about, so that two agents do not edit the same file.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

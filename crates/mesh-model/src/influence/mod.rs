//! Influence: what reached a program's context, and what it may do since.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

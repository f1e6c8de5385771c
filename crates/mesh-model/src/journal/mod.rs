//! The journal: lines that programs and agents write about their own work, so that afterwards somebody can tell why
//! something went as it did. Nobody is addressed by a line and nobody is woken by one.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

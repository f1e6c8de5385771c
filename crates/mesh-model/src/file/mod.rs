//! Shared files of a room, with versions. Their bytes lie beside the log, under their hash; the log has who put what when.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

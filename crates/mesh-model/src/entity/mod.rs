//! What a room knows of things and how they are related: claims with a source, a confidence and a time.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

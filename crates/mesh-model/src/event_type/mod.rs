//! Typed events: named kinds with a registered JSON Schema, published into rooms, and the replay of all events.

pub mod api;
pub mod command;
pub mod events;
pub mod ops;

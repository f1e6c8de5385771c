//! Typed events: named kinds with a registered JSON Schema, published into rooms.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::{check_version, decide};
pub use record::EventType;

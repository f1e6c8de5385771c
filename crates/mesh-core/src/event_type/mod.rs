//! Typed events: named kinds with a registered JSON Schema, published into rooms.

mod apply;
mod decide;
mod record;

pub(crate) use apply::*;
pub(crate) use decide::*;
pub use record::*;

//! Rooms and who is in them.

mod apply;
mod decide;
pub(crate) mod members;
mod record;
pub(crate) mod rules;

pub(crate) use apply::*;
pub(crate) use decide::*;
pub use record::*;

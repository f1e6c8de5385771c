//! Groups. Each has a conversation of its own: a room whose members are the group's.

mod apply;
mod decide;
mod record;

pub(crate) use apply::*;
pub(crate) use decide::*;
pub use record::*;

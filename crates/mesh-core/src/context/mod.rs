//! Shared context: named values of a room.

mod apply;
mod decide;

pub(crate) use apply::apply;
pub(crate) use decide::decide;

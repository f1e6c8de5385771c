//! Shared context: named values of a room.

mod decide;

pub(crate) use decide::*;

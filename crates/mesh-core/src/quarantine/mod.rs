//! Messages that wait for a moderator.

mod apply;
mod decide;

pub(crate) use apply::*;
pub(crate) use decide::*;

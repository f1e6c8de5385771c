//! Messages that wait for a moderator.

mod apply;
mod decide;

pub(crate) use apply::apply;
pub(crate) use decide::{check_space, decide};

//! Tools of the node's: that one was called is noted, no more.

mod apply;
mod decide;

pub(crate) use apply::apply;
pub(crate) use decide::decide;

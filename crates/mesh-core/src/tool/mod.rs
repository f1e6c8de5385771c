//! Tools of the node's: for whom they are, and that one was called.

mod apply;
mod audience;
mod decide;

pub(crate) use apply::apply;
pub(crate) use decide::decide;

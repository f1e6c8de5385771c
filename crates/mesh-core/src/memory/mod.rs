//! Memories: who remembers how much.

mod apply;
mod decide;

pub(crate) use apply::apply;
pub(crate) use decide::decide;

//! What the guard found in words that were said before.

mod apply;
mod decide;

pub(crate) use apply::apply;
pub(crate) use decide::decide;

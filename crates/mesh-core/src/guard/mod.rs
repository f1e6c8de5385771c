//! What the guard found in words that were said before.

mod decide;

pub(crate) use decide::*;

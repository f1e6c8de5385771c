//! Tools of the node's: that one was called is noted, no more.

mod decide;

pub(crate) use decide::*;

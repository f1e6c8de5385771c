//! Memories: who remembers how much.

mod decide;

pub(crate) use decide::*;

//! Keys that participants sign with, and names that imitate others.

mod apply;
mod decide;
mod record;

pub(crate) use apply::*;
pub(crate) use decide::*;
pub use record::*;

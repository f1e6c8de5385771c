//! Templates: names and blanks.

mod decide;
mod record;

pub(crate) use decide::*;
pub use record::*;

//! Secrets: named values that tools are given. The state knows their versions only.

mod apply;
mod decide;
mod record;

pub(crate) use apply::*;
pub(crate) use decide::*;
pub use record::*;

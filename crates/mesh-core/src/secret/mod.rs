//! Secrets: named values that tools are given. The state knows their versions only.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub use record::Secret;

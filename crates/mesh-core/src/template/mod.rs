//! Templates: names and blanks.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::{check_template, decide};
pub use record::Template;

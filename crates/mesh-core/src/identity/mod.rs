//! Keys that participants sign with, and names that imitate others.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub use decide::reads_like;
pub(crate) use decide::{check_active, check_free, check_no_imitation, decide};
pub use record::Key;

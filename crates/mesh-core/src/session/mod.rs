//! Sessions: connected runs of clients. The state holds the open ones only.

mod apply;
mod decide;
mod record;

pub(crate) use apply::*;
pub(crate) use decide::*;
pub use record::*;

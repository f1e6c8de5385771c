//! Sessions: connected runs of clients. The state holds the open ones only.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::{decide, revoked};
pub use record::Session;

//! Leases on paths: who edits what of a room's project.

mod apply;
mod decide;
mod paths;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub use paths::Pattern;
pub use record::PathLease;

//! Journals: who notes what about its own work, and how much of it stays.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub(crate) use record::Journals;

//! Inbound webhooks: which programs outside may knock, and as which bridge their words come into which room.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub use record::Inlet;

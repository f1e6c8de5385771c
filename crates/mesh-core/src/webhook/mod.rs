//! Outbound webhooks: with whose eyes the node tells which address outside what.

mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::decide;
pub use record::{DeadLetter, Webhook};

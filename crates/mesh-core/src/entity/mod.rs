//! Claims about things: how many a room keeps, whose they are and on what they stand. Their words are elsewhere.

mod apply;
mod decide;
mod record;
mod sweep;

pub(crate) use apply::{apply, expired};
pub(crate) use decide::decide;
pub use record::Claim;
pub(crate) use record::Claims;
pub(crate) use sweep::with_sources_gone;

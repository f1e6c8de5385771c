//! Participants.

mod apply;
mod decide;
mod record;

pub(crate) use apply::{apply, change};
pub(crate) use decide::{Newcomer, decide, newcomer};
pub(crate) use record::Disabled;
pub use record::Participant;

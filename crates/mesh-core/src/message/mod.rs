//! Messages.

mod apply;
mod brought;
mod decide;
mod exchange;
mod pin;
mod post;
mod react;
mod redact;

pub(crate) use apply::{apply, paced};
pub(crate) use decide::{check_present, check_visible, decide, mentioned, speaking};
pub(crate) use exchange::Exchanges;
pub(crate) use post::check_relayed;
pub(crate) use react::LastReactions;
pub use react::emoji;

//! Invites: whoever has the code can become a participant, once per key, or a user.

mod accept;
mod apply;
mod decide;
mod record;

pub(crate) use apply::apply;
pub(crate) use decide::{check_open, decide};
pub use record::Invite;

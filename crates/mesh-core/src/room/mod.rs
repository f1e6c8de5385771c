//! Rooms and who is in them.

mod apply;
pub(crate) mod consent;
mod decide;
pub(crate) mod members;
mod public;
mod record;
pub(crate) mod rules;

pub(crate) use apply::{apply, change, note_pace};
pub(crate) use decide::{check_in_use, check_not_banned, decide, enabled, moderated};
pub use record::{Agreement, Invitation, Member, Mute, Pin, Published, Room};

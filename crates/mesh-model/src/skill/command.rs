//! Commands about skills.

use crate::command::{Content, Scanned};
use crate::ids::{RoomId, Seq};

/// A version of a skill whose bundle lies beside the log already.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub struct PublishSkill {
    pub room: RoomId,
    pub name: String,
    pub bytes: u64,
    pub files: u32,
    /// Other rooms whose words are in it, as far as whoever publishes it says so.
    pub labels: Vec<RoomId>,
    /// What the guard says of all its texts.
    pub guard: Scanned,
    pub body: Content,
}

/// What somebody wants of the skills of a room.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum SkillCommand {
    Publish(PublishSkill),
    /// Somebody has looked at what is held.
    Accept {
        room: RoomId,
        name: String,
        /// The place where the version was published.
        version: Seq,
    },
    Withdraw {
        room: RoomId,
        name: String,
        /// The place where the version was published; absent: all versions.
        version: Option<Seq>,
    },
}

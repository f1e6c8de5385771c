//! What the state remembers of a room and of who is in it.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::events::{History, RoomAccess, RoomKind};
use mesh_model::time::raw;
use mesh_model::{CapabilitySet, GroupId, MessageId, Millis, ParticipantId, RoomId, Seq};
use serde::{Deserialize, Serialize};

use crate::PolicyRecord;

/// A room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// What it is for.
    pub kind: RoomKind,
    /// Its unique name; direct conversations have none.
    pub name: Option<String>,
    /// The group whose conversation it is.
    pub group: Option<GroupId>,
    /// Who holds every capability in it.
    pub creator: Option<ParticipantId>,
    /// Who made the creator what it is; absent for the node.
    pub creator_by: Option<ParticipantId>,
    /// Who can find and join it.
    pub access: RoomAccess,
    /// What newcomers may read.
    pub history: History,
    /// What a member may do unless set otherwise.
    pub defaults: CapabilitySet,
    /// Where the defaults were set.
    pub defaults_seq: Seq,
    /// Who set them; absent for the node.
    pub defaults_by: Option<ParticipantId>,
    /// The rules its creator set.
    pub policy: Option<Arc<PolicyRecord>>,
    /// Seconds between two messages of one participant; 0 without slow mode.
    pub slow_mode: u32,
    /// Where slow mode was set.
    pub slow_mode_seq: Seq,
    /// To whom a line of chat goes that is no command, while it is a member.
    pub primary: Option<ParticipantId>,
    /// Since when what is said here stands on the public page, and by whom.
    pub published: Option<Published>,
    /// Whether nothing said here may be erased.
    pub hold: bool,
    /// What was said up to here is erased: its time is over.
    pub expired: Seq,
    /// Who may not speak.
    pub muted: OrdMap<ParticipantId, Mute>,
    /// Who may not be a member, and where that was set.
    pub banned: OrdMap<ParticipantId, Seq>,
    /// Who may come in, and has not answered yet.
    pub invited: OrdMap<ParticipantId, Invitation>,
    /// What those had left who went with less than the defaults: it is theirs when they come again.
    pub restricted: OrdMap<ParticipantId, CapabilitySet>,
    /// Who runs commands here or does not, by its own side's word.
    pub agreements: OrdMap<ParticipantId, Agreement>,
    /// The messages at its head.
    pub pins: OrdMap<MessageId, Pin>,
    /// Read only.
    pub archived: bool,
    /// Who is in it. In the broadcast room only those for whom something else than the defaults is set.
    pub members: OrdMap<ParticipantId, Member>,
    /// The place in the log where it began.
    pub since: Seq,
}

impl Room {
    /// Whether everybody on the mesh may know that it exists.
    pub fn is_listed(&self) -> bool {
        self.access != RoomAccess::Private
    }
}

/// A participant's membership of one room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The place in the log where it joined.
    pub since: Seq,
    /// What it may do; absent: the room's defaults.
    pub capabilities: Option<CapabilitySet>,
    /// Where that was set; 0 if it never was.
    pub set: Seq,
}

impl Member {
    /// A member like any other.
    pub fn new(since: Seq) -> Member {
        Member {
            since,
            capabilities: None,
            set: Seq::ZERO,
        }
    }
}

/// That a room stands on the public page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Who published it; absent for the node.
    pub by: Option<ParticipantId>,
    /// Where: what was said before is not shown.
    pub seq: Seq,
}

/// That somebody may come into a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Who asked it in; absent for the node.
    pub by: Option<ParticipantId>,
    /// Where.
    pub seq: Seq,
}

/// What a participant's own side says of it in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Whether it runs commands there.
    pub agreed: bool,
    /// Who answers what its programs ask, beside those above it; sorted.
    pub answered_by: Vec<ParticipantId>,
    /// Who said so; absent for the node.
    pub by: Option<ParticipantId>,
    /// Where.
    pub seq: Seq,
}

/// That somebody may not speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mute {
    /// Until when; absent: until somebody ends it.
    #[serde(with = "raw")]
    pub until: Option<Millis>,
    /// Where it was set.
    pub seq: Seq,
}

/// That a message stands at its room's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Who pinned it; absent for the node.
    pub by: Option<ParticipantId>,
    /// Where.
    pub seq: Seq,
}

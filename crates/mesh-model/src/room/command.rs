//! Commands about rooms.

use crate::capability::CapabilitySet;
use crate::command::Content;
use crate::events::{History, RoomAccess, RoomKind};
use crate::ids::{ParticipantId, RoomId, Seq};
use crate::time::Millis;

/// What somebody wants of rooms and of who is in them.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum RoomCommand {
    Create {
        room: RoomId,
        kind: RoomKind,
        name: Option<String>,
        access: RoomAccess,
        history: Option<History>,
        defaults: Option<CapabilitySet>,
        members: Vec<ParticipantId>,
        text: Content,
    },
    SetSlowMode {
        room: RoomId,
        seconds: u32,
    },
    SetPrimary {
        room: RoomId,
        participant: Option<ParticipantId>,
    },
    Transfer {
        room: RoomId,
        creator: ParticipantId,
    },
    Publish {
        room: RoomId,
    },
    Unpublish {
        room: RoomId,
    },
    SetHold {
        room: RoomId,
        hold: bool,
    },
    /// By the node: the room's retention is over for everything up to this place.
    Expire {
        room: RoomId,
        upto: Seq,
    },
    Mute {
        room: RoomId,
        participant: ParticipantId,
        until: Option<Millis>,
        reason: Content,
    },
    Unmute {
        room: RoomId,
        participant: ParticipantId,
    },
    Ban {
        room: RoomId,
        participant: ParticipantId,
        reason: Content,
    },
    Unban {
        room: RoomId,
        participant: ParticipantId,
    },
    Update {
        room: RoomId,
        name: Option<String>,
        text: Content,
    },
    Archive {
        room: RoomId,
    },
    Restore {
        room: RoomId,
    },
    Join {
        room: RoomId,
    },
    Add {
        room: RoomId,
        participant: ParticipantId,
    },
    Invite {
        room: RoomId,
        participant: ParticipantId,
    },
    /// By the invited one, or by somebody above it.
    Accept {
        room: RoomId,
        participant: ParticipantId,
    },
    /// The same, or by a moderator who takes the invitation back.
    Decline {
        room: RoomId,
        participant: ParticipantId,
    },
    AgreeExecution {
        room: RoomId,
        participant: ParticipantId,
        agreed: bool,
        answered_by: Vec<ParticipantId>,
    },
    Leave {
        room: RoomId,
    },
    Remove {
        room: RoomId,
        participant: ParticipantId,
        reason: Content,
    },
    SetCapabilities {
        room: RoomId,
        participant: ParticipantId,
        capabilities: Option<CapabilitySet>,
    },
    SetDefaults {
        room: RoomId,
        capabilities: CapabilitySet,
    },
}

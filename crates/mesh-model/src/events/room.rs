//! Rooms and who is in them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::capability::CapabilitySet;
use crate::ids::{GroupId, ParticipantId, RoomId};

/// What a room is for. Direct, group and broadcast conversations are rooms too.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum RoomKind {
    /// A named place.
    Room,
    /// A conversation of two.
    Direct,
    /// A group's conversation: its members are the group's members.
    Group,
    /// Everybody on the mesh listens.
    Broadcast,
}

impl RoomKind {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            RoomKind::Room => "room",
            RoomKind::Direct => "direct",
            RoomKind::Group => "group",
            RoomKind::Broadcast => "broadcast",
        }
    }
}

/// Who can find a room and join it without being added.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum RoomAccess {
    /// Everybody on the mesh sees it in lists and may join.
    #[default]
    Listed,
    /// Only members see it; members are added.
    Private,
}

/// What a member may read of the time before it joined.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// Everything.
    All,
    /// Nothing.
    SinceJoin,
}

/// A room exists from here on. Content: [`crate::api::RoomText`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomCreated {
    /// The room.
    pub room: RoomId,
    /// What it is for.
    pub kind: RoomKind,
    /// Its unique name; direct conversations have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The group whose conversation it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// Who set it up and sets its rules; absent for what the node makes itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<ParticipantId>,
    /// Who can find and join it.
    pub access: RoomAccess,
    /// What newcomers may read.
    pub history: History,
    /// What a member may do unless set otherwise for it.
    pub defaults: CapabilitySet,
    /// The first members. The creator of a room holds every capability.
    pub members: Vec<ParticipantId>,
}

/// Name or topic changed. Content: [`crate::api::RoomText`], whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomUpdated {
    /// The room.
    pub room: RoomId,
    /// Its name from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Nobody may post or join any more; members still read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomArchived {
    /// The room.
    pub room: RoomId,
}

/// The room is in use again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomRestored {
    /// The room.
    pub room: RoomId,
}

/// A participant is a member from here on. If the event's actor is another, it was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomMemberJoined {
    /// The room.
    pub room: RoomId,
    /// The participant.
    pub participant: ParticipantId,
}

/// A participant is no member any more. If the event's actor is another, it was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomMemberLeft {
    /// The room.
    pub room: RoomId,
    /// The participant.
    pub participant: ParticipantId,
}

/// What one member may do, in place of the room's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomMemberCapabilitiesSet {
    /// The room.
    pub room: RoomId,
    /// The participant.
    pub participant: ParticipantId,
    /// All it may do; absent: the defaults again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<CapabilitySet>,
}

/// What members may do unless set otherwise for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomDefaultsSet {
    /// The room.
    pub room: RoomId,
    /// All they may do.
    pub capabilities: CapabilitySet,
}

//! Rooms and members.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::capability::CapabilitySet;
use crate::events::{History, RoomAccess, RoomKind};
use crate::ids::{ParticipantId, RoomId, Seq};
use crate::time::Millis;

/// A room's erasable text.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoomText {
    /// What the room is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
}

/// A room as its reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Room {
    /// The room.
    pub id: RoomId,
    /// Its name; direct conversations have none.
    pub name: Option<String>,
    /// What it is for.
    pub kind: RoomKind,
    /// What it is about.
    pub topic: String,
    /// Who can find and join it.
    pub access: RoomAccess,
    /// What newcomers may read.
    pub history: History,
    /// Who sets its rules.
    pub creator: Option<ParticipantRef>,
    /// When it was set up.
    pub created_at: Millis,
    /// Whether it is closed for new messages.
    pub archived: bool,
    /// How many members it has.
    pub members: u32,
    /// Whether the reader is a member.
    pub member: bool,
    /// What the reader may do in it.
    pub capabilities: CapabilitySet,
    /// The other one of a direct conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<ParticipantRef>,
    /// Messages the reader has not taken in.
    pub unread: u32,
    /// Those among them that name the reader.
    pub unread_mentions: u32,
    /// The place of the newest message, 0 without one.
    pub last_seq: Seq,
}

/// Set up a room. The caller becomes its creator and first member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomCreateInput {
    /// Its unique name: a-z, 0-9 and '-', at most 40.
    pub name: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// Who can find and join it; `listed` if absent.
    #[serde(default)]
    pub access: RoomAccess,
    /// What newcomers may read; `all` in listed rooms, `since_join` in private ones if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
    /// Further first members: ids or handles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// What members may do unless set otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults: Option<CapabilitySet>,
}

/// The room exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoomCreated {
    /// The room.
    pub id: RoomId,
    /// Its name.
    pub name: Option<String>,
    /// The place in the log.
    pub seq: Seq,
}

/// One room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomRefInput {
    /// The room: id or name.
    pub room: String,
}

/// Change a room's name or topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomUpdateInput {
    /// The room: id or name.
    pub room: String,
    /// Its name from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is about from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

/// A member of a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// Who.
    pub participant: ParticipantRef,
    /// What it may do here.
    pub capabilities: CapabilitySet,
    /// Where in the log it joined.
    pub since: Seq,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRefInput {
    /// The room: id or name.
    pub room: String,
    /// The participant: id or handle.
    pub participant: String,
}

/// What one member may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberCapabilitiesInput {
    /// The room: id or name.
    pub room: String,
    /// The participant: id or handle.
    pub participant: String,
    /// All it may do; absent or null: the room's defaults again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<CapabilitySet>,
}

/// What members may do unless set otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomDefaultsInput {
    /// The room: id or name.
    pub room: String,
    /// All they may do.
    pub capabilities: CapabilitySet,
}

/// Say that one is typing. Never stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomTypingInput {
    /// The room: id or name.
    pub room: String,
    /// Whether one still is.
    pub typing: bool,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// Its unique name.
    pub name: String,
    /// Its conversation.
    pub room: RoomId,
    /// Its members.
    pub members: Vec<ParticipantRef>,
}

/// Set up a group; its conversation is a room of the same members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupCreateInput {
    /// Its unique name.
    pub name: String,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRefInput {
    /// The group's name.
    pub group: String,
}

/// One member of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupMemberInput {
    /// The group's name.
    pub group: String,
    /// The participant: id or handle.
    pub participant: String,
}

/// The place of a participant in a room over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stay {
    /// Who.
    pub participant: ParticipantId,
    /// Where.
    pub room: RoomId,
    /// When it joined.
    pub joined_at: Millis,
    /// When it left.
    pub left_at: Option<Millis>,
}

/// Who was where when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StayListInput {
    /// Only this room: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Only this participant: id or handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// Only stays that touch the time from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Millis>,
    /// Only stays that touch the time up to here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

//! Rooms and who is in them: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::capability::CapabilitySet;
use crate::events::{History, RoomAccess, RoomKind};
use crate::ids::{MessageId, ParticipantId, RoomId, Seq};
use crate::time::Millis;

/// Let somebody else set a room's rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferInput {
    /// The room: id or name.
    pub room: String,
    /// A member: id or handle.
    pub to: String,
}

/// Slow a room down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlowModeInput {
    /// The room: id or name.
    pub room: String,
    /// Seconds between two messages of one participant, 0 to 3600; 0 ends it.
    pub seconds: u32,
}

/// Name a room's primary agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrimaryInput {
    /// The room: id or name.
    pub room: String,
    /// A member: id or handle; nobody in particular if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
}

/// Put a legal hold on a room, or end it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldInput {
    /// The room: id or name.
    pub room: String,
    /// Whether it is on.
    pub hold: bool,
}

/// Do something about a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModerateInput {
    /// The room: id or name.
    pub room: String,
    /// Who: id or handle.
    pub participant: String,
    /// Why, for people. At most 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Mute a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteInput {
    /// The room: id or name.
    pub room: String,
    /// Who: id or handle.
    pub participant: String,
    /// For how many seconds; absent: until somebody ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// Why, for people. At most 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Who is held back in a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Restrained {
    /// Who may not speak.
    pub muted: Vec<Muted>,
    /// Who may not be a member.
    pub banned: Vec<Banned>,
}

/// Somebody who may not speak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Muted {
    /// Who.
    pub participant: ParticipantRef,
    /// Until when; absent: until somebody ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Where in the log it was set.
    pub seq: Seq,
}

/// Somebody who may not be a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Banned {
    /// Who.
    pub participant: ParticipantRef,
    /// Where in the log it was set.
    pub seq: Seq,
}

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
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// What it is for.
    pub kind: RoomKind,
    /// What it is about.
    pub topic: crate::Told,
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
    /// Its primary agent: to whom a line of chat goes that is no command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<ParticipantRef>,
    /// The other one of a direct conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<ParticipantRef>,
    /// Messages the reader has not taken in.
    pub unread: u32,
    /// Those among them that name the reader.
    pub unread_mentions: u32,
    /// The place of the newest message, 0 without one.
    pub last_seq: Seq,
    /// The pinned messages that the reader may read, the first one pinned first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pinned: Vec<MessageId>,
    /// The mesh where it is at home, if that is another one: this room mirrors it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<RoomHome>,
    /// The meshes that it is shared with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub followers: Vec<RoomFollower>,
    /// Whether everybody in the world can read on the public page now what is said in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// Meshes that nobody here knows may follow it: what is said in it is public.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
}

/// The other mesh where a room is at home.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoomHome {
    /// Who speaks here for it; absent if the mesh is known here no more, or the reader may not know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mesh: Option<ParticipantRef>,
    /// How it stands with it.
    pub state: HomeState,
    /// Words of the reader in this room, new ones of older messages too, that wait for the home's word.
    #[serde(default)]
    pub waits: u32,
}

/// How a room stands with its home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HomeState {
    /// Both speak.
    Open,
    /// The home is not reached now; what is said here waits.
    Away,
    /// The link waits until somebody here lets it go on.
    Paused,
    /// The room is not shared with this mesh any more: it can be read, and nothing can be said in it.
    Over,
}

/// A mesh that a room is shared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoomFollower {
    /// Who speaks here for it.
    pub mesh: ParticipantRef,
    /// Whether it follows the room.
    pub follows: bool,
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
    #[schemars(with = "Option<crate::closed::Name>")]
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

/// Answer an invitation into a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationInput {
    /// The room: id or name.
    pub room: String,
    /// Who was invited: id or handle; the caller if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
}

/// Which invitations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationListInput {
    /// Only those into this room: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
}

/// Somebody who may come into a room, and has not answered yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Invitation {
    /// The room.
    pub room: RoomId,
    /// Its name.
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// Who is invited.
    pub participant: ParticipantRef,
    /// By whom.
    pub by: Option<ParticipantRef>,
    /// Where in the log.
    pub seq: Seq,
}

/// Say whether a participant runs commands of a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExecutionInput {
    /// The room: id or name.
    pub room: String,
    /// Whose machine: id or handle; the caller's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// Whether it runs commands there, as far as the room lets it.
    pub agreed: bool,
    /// Who may answer there what its programs ask, beside those above it: ids or handles. Only those
    /// above it name them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answered_by: Vec<String>,
}

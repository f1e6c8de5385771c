//! Rooms and who is in them: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::capability::CapabilitySet;
use crate::event::{Erased, Erases, events};
use crate::ids::{GroupId, ParticipantId, RoomId, Seq};
use crate::time::{Millis, raw};

events! { Room RoomFacts
    Created(it: RoomCreated) "room.created" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: Data(RoomText),
        erased: Erased::Never,
    }
    Updated(it: RoomUpdated) "room.updated" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: Data(RoomText),
        erased: Erased::Never,
    }
    Archived(it: RoomArchived) "room.archived" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: None,
        erased: Erased::Never,
    }
    Restored(it: RoomRestored) "room.restored" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: None,
        erased: Erased::Never,
    }
    MemberJoined(it: RoomMemberJoined) "room.member_joined" / 1 {
        room: Some(it.room),
        sees: Member(it.room, it.participant),
        words: None,
        erased: Erased::Never,
    }
    MemberLeft(it: RoomMemberLeft) "room.member_left" / 1 {
        room: Some(it.room),
        sees: Gone(it.room, it.participant),
        words: Data(Reason),
        erased: Erased::Never,
    }
    MemberCapabilitiesSet(it: RoomMemberCapabilitiesSet) "room.member_capabilities_set" / 1 {
        room: Some(it.room),
        sees: Member(it.room, it.participant),
        words: None,
        erased: Erased::Never,
    }
    DefaultsSet(it: RoomDefaultsSet) "room.defaults_set" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: None,
        erased: Erased::Never,
    }
    SlowModeSet(it: RoomSlowModeSet) "room.slow_mode_set" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: None,
        erased: Erased::Never,
    }
    PrimarySet(it: RoomPrimarySet) "room.primary_set" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: None,
        erased: Erased::Never,
    }
    Transferred(it: RoomTransferred) "room.transferred" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: None,
        erased: Erased::Never,
    }
    Published(it: RoomPublished) "room.published" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: None,
        erased: Erased::Never,
    }
    Unpublished(it: RoomUnpublished) "room.unpublished" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: None,
        erased: Erased::Never,
    }
    HoldSet(it: RoomHoldSet) "room.hold_set" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
    Expired(it: RoomExpired) "room.expired" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
        erases: Erases::Room(it.room),
    }
    MemberMuted(it: RoomMemberMuted) "room.member_muted" / 1 {
        room: Some(it.room),
        sees: Member(it.room, it.participant),
        words: Data(Reason),
        erased: Erased::Never,
        times: ["/until"],
    }
    MemberUnmuted(it: RoomMemberUnmuted) "room.member_unmuted" / 1 {
        room: Some(it.room),
        sees: Member(it.room, it.participant),
        words: None,
        erased: Erased::Never,
    }
    MemberBanned(it: RoomMemberBanned) "room.member_banned" / 1 {
        room: Some(it.room),
        sees: Gone(it.room, it.participant),
        words: Data(Reason),
        erased: Erased::Never,
    }
    MemberInvited(it: RoomMemberInvited) "room.member_invited" / 1 {
        room: Some(it.room),
        sees: Side(it.room, it.participant),
        words: None,
        erased: Erased::Never,
    }
    InvitationDeclined(it: RoomInvitationDeclined) "room.invitation_declined" / 1 {
        room: Some(it.room),
        sees: Side(it.room, it.participant),
        words: None,
        erased: Erased::Never,
    }
    ExecutionAgreed(it: RoomExecutionAgreed) "room.execution_agreed" / 1 {
        room: Some(it.room),
        sees: Side(it.room, it.participant),
        words: None,
        erased: Erased::Never,
    }
    MemberUnbanned(it: RoomMemberUnbanned) "room.member_unbanned" / 1 {
        room: Some(it.room),
        sees: Gone(it.room, it.participant),
        words: None,
        erased: Erased::Never,
    }
}

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
    /// As listed, and meshes that are linked to this one may know of it.
    Federated,
}

impl RoomAccess {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            RoomAccess::Listed => "listed",
            RoomAccess::Private => "private",
            RoomAccess::Federated => "federated",
        }
    }
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomCreated {
    /// The room.
    pub room: RoomId,
    /// What it is for.
    pub kind: RoomKind,
    /// Its unique name; direct conversations have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomUpdated {
    /// The room.
    pub room: RoomId,
    /// Its name from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
}

/// Nobody may post or join any more; members still read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomArchived {
    /// The room.
    pub room: RoomId,
}

/// The room is in use again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomRestored {
    /// The room.
    pub room: RoomId,
}

/// A participant is a member from here on. If the event's actor is another, it was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomMemberJoined {
    /// The room.
    pub room: RoomId,
    /// The participant.
    pub participant: ParticipantId,
}

/// A participant is no member any more. If the event's actor is another, it was removed.
/// Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomMemberLeft {
    /// The room.
    pub room: RoomId,
    /// The participant.
    pub participant: ParticipantId,
}

/// What one member may do, in place of the room's defaults.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomDefaultsSet {
    /// The room.
    pub room: RoomId,
    /// All they may do.
    pub capabilities: CapabilitySet,
}

/// How long a participant waits between two messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomSlowModeSet {
    /// The room.
    pub room: RoomId,
    /// Seconds; 0 ends it.
    pub seconds: u32,
}

/// Who is spoken to by a line of chat that is no command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomPrimarySet {
    /// The room.
    pub room: RoomId,
    /// The member; absent: nobody in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
}

/// Somebody else sets the room's rules from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomTransferred {
    /// The room.
    pub room: RoomId,
    /// Who sets its rules.
    pub creator: ParticipantId,
}

/// What is said in the room from here on stands on the public page, while that is on and the room's rules let words out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomPublished {
    /// The room.
    pub room: RoomId,
}

/// Nothing of the room stands on the public page any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomUnpublished {
    /// The room.
    pub room: RoomId,
}

/// Nothing in the room is erased while a hold is on it, neither by hand nor by retention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomHoldSet {
    /// The room.
    pub room: RoomId,
    /// Whether it is on.
    pub hold: bool,
}

/// What was said in the room up to a place is erased: its time is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomExpired {
    /// The room.
    pub room: RoomId,
    /// The last place whose content is erased.
    pub upto: Seq,
}

/// A member may not speak. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomMemberMuted {
    /// The room.
    pub room: RoomId,
    /// The participant.
    pub participant: ParticipantId,
    /// Until when; absent: until somebody ends it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "raw")]
    #[schemars(with = "Option<u64>")]
    pub until: Option<Millis>,
}

/// A member may speak again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomMemberUnmuted {
    /// The room.
    pub room: RoomId,
    /// The participant.
    pub participant: ParticipantId,
}

/// A participant is no member and cannot become one. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomMemberBanned {
    /// The room.
    pub room: RoomId,
    /// The participant.
    pub participant: ParticipantId,
}

/// A participant may become a member again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomMemberUnbanned {
    /// The room.
    pub room: RoomId,
    /// The participant.
    pub participant: ParticipantId,
}

/// A participant may come into the room if it, or somebody above it, accepts. It is no member yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomMemberInvited {
    /// The room.
    pub room: RoomId,
    /// Who is invited.
    pub participant: ParticipantId,
}

/// An invitation into a room is over without anybody having come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomInvitationDeclined {
    /// The room.
    pub room: RoomId,
    /// Who was invited.
    pub participant: ParticipantId,
}

/// A participant's own side said whether it runs commands of a room, and who answers there what its
/// programs ask. What the room allows is another matter; both must agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomExecutionAgreed {
    /// The room.
    pub room: RoomId,
    /// Whose machine runs the commands.
    pub participant: ParticipantId,
    /// Whether it does.
    pub agreed: bool,
    /// Who answers its programs' questions, beside those above it; sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answered_by: Vec<ParticipantId>,
}

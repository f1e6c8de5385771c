//! Links: what the log remembers. How far the peer has taken this log is for the peer to say, each time the two meet; how far
//! this mesh has taken the peer's follows from the places in the events here and in messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::events::MessageEdited;
use crate::ids::{EventHash, LinkId, MessageId, ParticipantId, PublicKey, RoomId, Seq};

events! { Link LinkFacts
    Added(it: LinkAdded) "link.added" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
        free: ["/address"],
    }
    Paused(it: LinkPaused) "link.paused" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Resumed(it: LinkResumed) "link.resumed" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Reset(it: LinkReset) "link.reset" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Removed(it: LinkRemoved) "link.removed" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Shared(it: LinkShared) "link.shared" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Follower(it: LinkFollower) "link.follower" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Offered(it: LinkOffered) "link.offered" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Withdrawn(it: LinkWithdrawn) "link.withdrawn" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Following(it: LinkFollowing) "link.following" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Unfollowed(it: LinkUnfollowed) "link.unfollowed" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    EditWaits(it: LinkEditWaits) "link.edit_waits" / 1 {
        room: Some(it.edit.room),
        sees: Waiting(it.edit.room, it.author),
        words: Waiting(MessageBody),
        erased: Erased::WithMessage(Some(it.edit.message)),
        has_words: true,
        written_by: Some(it.author),
        trust: it.edit.trust,
        relayed: it.edit.relayed.as_ref(),
        guard: it.edit.guard.as_ref(),
        free: ["/edit/relayed/origin", "/edit/relayed/path/*", "/edit/relayed/sender"],
    }
    TurnedAway(it: LinkTurnedAway) "link.turned_away" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Refused(it: LinkRefused) "link.refused" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Erased(it: LinkErased) "link.erased" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Retried(it: LinkRetried) "link.retried" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Dropped(it: LinkDropped) "link.dropped" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Lends(it: LinkLends) "link.lends" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Lent(it: LinkLent) "link.lent" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Borrows(it: LinkBorrows) "link.borrows" / 1 {
        room: None,
        sees: Concerned(it.participant),
        words: None,
        erased: Erased::Never,
    }
    Opened(it: LinkOpened) "link.opened" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: None,
        erased: Erased::Never,
    }
    Published(it: LinkPublished) "link.published" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
        free: ["/at", "/about"],
    }
    Unpublished(it: LinkUnpublished) "link.unpublished" / 1 {
        room: None,
        sees: Admins,
        words: None,
        erased: Erased::Never,
        free: ["/at"],
    }
}

/// Where something stands in another mesh's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The mesh: its node's key.
    pub mesh: PublicKey,
    /// The place from which it was told.
    pub seq: Seq,
    /// The hash of the header there.
    pub hash: EventHash,
    /// What the message is called there, if that is not the place from which it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
}

impl Place {
    /// What the message is called in the other mesh.
    pub fn message(&self) -> MessageId {
        self.message.unwrap_or(MessageId(self.seq))
    }
}

/// Why a link waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkPause {
    /// Somebody wanted it so.
    Asked,
    /// The peer's log is not the one that it was: it went back, or it is another.
    WentBack,
    /// The peer says that this mesh's log is not the one that it was.
    WeWentBack,
    /// The peer refused as much as may wait for somebody here.
    Full,
}

/// Another mesh is known from here on, by its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAdded {
    /// The link.
    pub link: LinkId,
    /// The peer: its node's key.
    pub peer: PublicKey,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// What the peer is called here.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Where it is called; absent: it calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::Told>")]
    pub address: Option<String>,
    /// Nobody here added it: it follows a room that is open to strangers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stranger: bool,
}

/// A link waits until somebody lets it go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPaused {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// Why.
    pub why: LinkPause,
}

/// A link goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkResumed {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
}

/// The peer's log is another one than it was: from here on it is taken from this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkReset {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// The place after which the peer speaks from here on.
    pub place: Place,
}

/// The peer is known no more; what it said stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRemoved {
    /// The link.
    pub link: LinkId,
    /// Who spoke here for the peer.
    pub participant: ParticipantId,
}

/// The peer may follow a room of this mesh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkShared {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// The room.
    pub room: RoomId,
    /// Its name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
}

/// The peer follows a room of this mesh from here on, or does not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkFollower {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// The room.
    pub room: RoomId,
    /// Whether it does.
    pub follows: bool,
    /// Where the peer said so.
    pub place: Place,
}

/// A room of the peer may be followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkOffered {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// The room's id in its own mesh.
    pub there: RoomId,
    /// Its name there.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Where the peer said so.
    pub place: Place,
}

/// A room of the peer may be followed no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkWithdrawn {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// The room's id in its own mesh.
    pub there: RoomId,
    /// Where the peer said so.
    pub place: Place,
}

/// This mesh follows a room of the peer: a room here mirrors it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkFollowing {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// The room's id in its own mesh.
    pub there: RoomId,
    /// Its name there, as far as that is known.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// The room here.
    pub room: RoomId,
}

/// This mesh follows a room of the peer no more. What was said stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkUnfollowed {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// The room's id in its own mesh.
    pub there: RoomId,
}

/// New words of a message wait in a mirror for its home's word; nobody else but their author knows of them.
/// Content: [`crate::api::MessageBody`], whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkEditWaits {
    /// Who wrote them, and the message.
    pub author: ParticipantId,
    /// The change as it would be.
    pub edit: MessageEdited,
}

/// What the peer said was not taken here. The peer is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkTurnedAway {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// What it was, by its place in the peer's log.
    pub of: Seq,
    /// The error code.
    #[schemars(with = "crate::closed::Code")]
    pub code: String,
    /// What kind of rule decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Code>")]
    pub rule: Option<String>,
    /// Where the peer said it.
    pub place: Place,
}

/// The peer did not take something of this mesh: a dead letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRefused {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// What it was, by its place here.
    pub of: Seq,
    /// The error code, as the peer says.
    #[schemars(with = "crate::closed::Code")]
    pub code: String,
    /// What kind of rule decided, as the peer says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Code>")]
    pub rule: Option<String>,
    /// Who said it and where, if it waited here for its home's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<(RoomId, ParticipantId)>,
    /// Where the peer said so.
    pub place: Place,
}

/// The peer says that it has erased what it was asked to, or holds nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkErased {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// The erasure here that it was told of, by its place.
    pub of: Seq,
    /// Where the peer said so.
    pub place: Place,
}

/// A dead letter goes to the peer once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRetried {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// What it is, by its place here.
    pub of: Seq,
}

/// Nobody wants these dead letters any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkDropped {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// What they were, by their places here.
    pub seqs: Vec<Seq>,
}

/// Workers of this mesh do tasks for the peer from here on, in one room; with none at once, no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkLends {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer, and so wants the tasks.
    pub participant: ParticipantId,
    /// The room here in which its tasks are made.
    pub room: RoomId,
    /// What the tasks may ask for, sorted, each once.
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub capabilities: Vec<String>,
    /// Tasks that are open at the same time, at most.
    pub at_once: u16,
}

/// The peer's workers do tasks of this mesh from here on, as the peer says; with none at once, no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkLent {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// What the tasks may ask for, sorted, each once.
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub capabilities: Vec<String>,
    /// Tasks that are open at the same time, at most.
    pub at_once: u16,
    /// Where the peer said so.
    pub place: Place,
}

/// Tasks of a room that nobody here is free for may go to the peer from here on; with no capabilities, no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBorrows {
    /// The link.
    pub link: LinkId,
    /// Who speaks here for the peer, and so takes the tasks.
    pub participant: ParticipantId,
    /// The room.
    pub room: RoomId,
    /// What the tasks ask for, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub capabilities: Vec<String>,
}

/// Meshes that nobody here knows may follow a room from here on, or may not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkOpened {
    /// The room.
    pub room: RoomId,
    /// Who answers for it: it is open as long as that one may take the room's words out of the mesh.
    pub opener: ParticipantId,
    /// Whether they may.
    pub open: bool,
}

/// This mesh tells of itself at an interchange from here on: its name, these words, its open rooms and these agents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPublished {
    /// The interchange: its address.
    #[schemars(with = "crate::Told")]
    pub at: String,
    /// What the mesh is called there.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// What it says of itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(with = "crate::Told")]
    pub about: String,
    /// The agents that it tells of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<ParticipantId>,
}

/// This mesh tells nothing of itself at an interchange any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkUnpublished {
    /// The interchange: its address.
    #[schemars(with = "crate::Told")]
    pub at: String,
}

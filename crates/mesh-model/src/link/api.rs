//! Links to other meshes: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::events::{LinkPause, RoomAccess};
use crate::ids::{LinkId, MessageId, PublicKey, RoomId, Seq, TaskId};
use crate::time::Millis;

/// Know another mesh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkAddInput {
    /// What it is called here: a label of this mesh's own, also the handle of who speaks here for it.
    pub name: String,
    /// Its key, as its owner says: `mesh link key` there. Whoever shows another key is not it.
    pub key: PublicKey,
    /// Where it is called, such as `https://mesh.example.org`; absent: it calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A link, by its name or id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRefInput {
    /// The link: what its peer is called here, or the link's id.
    pub link: String,
}

/// A room of this mesh for a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkShareInput {
    /// The link: what its peer is called here, or the link's id.
    pub link: String,
    /// The room: id or name.
    pub room: String,
}

/// Follow a room that a peer offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkFollowInput {
    /// The link: what its peer is called here, or the link's id.
    pub link: String,
    /// The room: its name there if it is offered, or its id there. One that is not offered yet is followed once it is.
    pub room: String,
    /// What the room is called here; as there, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who finds it here: `listed`, which is the default, or `private`.
    #[serde(default)]
    pub access: RoomAccess,
}

/// Dead letters of a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkDeadInput {
    /// The link: what its peer is called here, or the link's id.
    pub link: String,
    /// Which, by their places; all of them if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seqs: Vec<Seq>,
}

/// Workers of this mesh for a peer's tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkLendInput {
    /// The link: what its peer is called here, or the link's id.
    pub link: String,
    /// The room here in which the peer's tasks are made, and whose workers do them: id or name.
    pub room: String,
    /// What the tasks may ask for.
    pub capabilities: Vec<String>,
    /// Tasks that are open at the same time, at most; 1 unless named, and 0 lends no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_once: Option<u16>,
}

/// Tasks of this mesh for a peer's workers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBorrowInput {
    /// The link: what its peer is called here, or the link's id.
    pub link: String,
    /// The room whose tasks may go to the peer: id or name.
    pub room: String,
    /// What the tasks ask for; none: they go there no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
}

/// How a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LinkState {
    /// Both speak.
    Open,
    /// The peer does not answer, or has not called yet.
    Away,
    /// It waits until somebody lets it go on.
    Paused,
}

/// A link as its reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What the peer is called here.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// The peer's key: this is the mesh.
    pub key: PublicKey,
    /// What both owners see of their two keys and compare aloud: six groups of five digits.
    #[schemars(with = "crate::closed::Code")]
    pub compare: String,
    /// The same digits as words, two for each group.
    #[schemars(with = "crate::closed::Ours")]
    pub words: String,
    /// Who speaks here for the peer, and how far it is trusted.
    pub participant: ParticipantRef,
    /// Where it is called.
    pub address: Option<crate::Told>,
    /// How it stands.
    pub state: LinkState,
    /// Why it is paused.
    pub paused: Option<LinkPause>,
    /// What of the peer's log was taken, up to this place of its.
    pub taken: Seq,
    /// Up to which place of this log the peer has what is meant for it, since the node was started.
    pub acknowledged: Option<Seq>,
    /// When the peer was heard last; now, while both speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_at: Option<Millis>,
    /// What the peer is told and has not confirmed at this moment, while both speak.
    #[serde(default)]
    pub under_way: u32,
    /// Places of this log after what the peer has said it has: not all of them are for it. Nothing while the two have not met since
    /// the node was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untold: Option<u64>,
    /// Places of the peer's log after what was taken, as it ended when both met last: not all of them are for this mesh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unheard: Option<u64>,
    /// Messages and new words of them in rooms of the peer that wait for its word.
    #[serde(default)]
    pub waits: u32,
    /// What went wrong last.
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub trouble: Option<String>,
    /// When the peer is called again.
    pub again_at: Option<Millis>,
    /// What the peer refused and nobody has dropped.
    pub dead: u32,
    /// Messages that were erased here and that the peer has not said it erased too, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unerased: Vec<MessageId>,
    /// Rooms of this mesh that the peer may follow.
    pub shared: Vec<LinkedRoom>,
    /// Rooms of the peer.
    pub offered: Vec<OfferedRoom>,
    /// What workers of this mesh do for the peer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lends: Option<LinkLending>,
    /// What the peer's workers do for this mesh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub borrows: Option<LinkBorrowing>,
}

/// What workers of this mesh do for a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkLending {
    /// The room in which the peer's tasks are made.
    pub room: RoomId,
    /// Its name.
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// What the tasks may ask for.
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub capabilities: Vec<String>,
    /// Tasks that are open at the same time, at most.
    pub at_once: u16,
    /// The tasks that are open now.
    pub tasks: Vec<TaskId>,
}

/// What a peer's workers do for this mesh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkBorrowing {
    /// What the peer lets its workers do.
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub capabilities: Vec<String>,
    /// Tasks that are open there at the same time, at most; 0: it lends none.
    pub at_once: u16,
    /// Workers that the peer says are free now, by what they can do; nothing while nobody hears it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub free: Vec<LinkFree>,
    /// The rooms whose tasks may go there.
    pub rooms: Vec<LinkBorrowedRoom>,
    /// The tasks that are there now.
    pub tasks: Vec<TaskId>,
}

/// Free workers of a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkFree {
    /// What they can do.
    #[schemars(with = "crate::closed::Name")]
    pub capability: String,
    /// Tasks that they would take now.
    pub slots: u16,
}

/// A room whose tasks may go to a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkBorrowedRoom {
    /// The room.
    pub room: RoomId,
    /// Its name.
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// What the tasks ask for.
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub capabilities: Vec<String>,
}

/// A room of this mesh that a peer may follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkedRoom {
    /// The room.
    pub room: RoomId,
    /// Its name.
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
    /// Whether the peer follows it.
    pub followed: bool,
}

/// A room that a peer offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OfferedRoom {
    /// Its id there.
    pub there: RoomId,
    /// Its name there.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Whether it may still be followed.
    pub open: bool,
    /// The room here that mirrors it, if it is followed.
    pub room: Option<RoomId>,
}

/// A room that is followed from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkFollowed {
    /// The room here.
    pub room: RoomId,
    /// The place of the event.
    pub seq: Seq,
}

/// This mesh as its peers know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkOwnKey {
    /// The key.
    pub key: PublicKey,
}

/// Something that a peer did not take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkDeadLetter {
    /// Its place here.
    pub seq: Seq,
    /// The message that it is.
    pub message: MessageId,
    /// Where it was said, if it waited for its home's word.
    pub room: Option<RoomId>,
    /// Who said it, if it waited for its home's word.
    pub author: Option<ParticipantRef>,
    /// The error code, as the peer says.
    #[schemars(with = "crate::closed::Code")]
    pub code: String,
    /// What kind of rule decided, as the peer says.
    #[schemars(with = "Option<crate::closed::Code>")]
    pub rule: Option<String>,
}

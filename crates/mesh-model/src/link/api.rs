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
    /// Nobody here added it: it follows a room that is open to strangers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stranger: bool,
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

/// Whether strangers may follow a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkOpenInput {
    /// The room: id or name.
    pub room: String,
    /// Whether they may.
    pub open: bool,
}

/// What this mesh tells of itself at an interchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPublishInput {
    /// The interchange, such as `https://interchange.example.org`.
    pub at: String,
    /// What the mesh is called there: a name belongs to the key that claimed it first.
    pub name: String,
    /// Words about it, for whoever looks.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Agents of the owner's that are told of, with what they can do: their handles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<String>,
}

/// An interchange at which nothing is told any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkUnpublishInput {
    /// The interchange, as it was named.
    pub at: String,
}

/// Whether an interchange has forgotten what it was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkWithdrawnCard {
    /// It says that it has.
    pub withdrawn: bool,
    /// Why not; then nobody shows the card any more when it is a week old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub trouble: Option<String>,
}

/// What this mesh tells of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkCards {
    /// By interchange.
    pub cards: Vec<LinkOwnCard>,
    /// Rooms that strangers may follow.
    pub rooms: Vec<LinkOpenRoom>,
}

/// A room of this mesh that strangers may follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LinkOpenRoom {
    /// The room.
    pub room: RoomId,
    /// Its name.
    #[schemars(with = "Option<crate::closed::Name>")]
    pub name: Option<String>,
}

/// What this mesh tells of itself at one interchange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkOwnCard {
    /// The interchange.
    pub at: crate::Told,
    /// What the mesh is called there.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Words about it.
    pub about: crate::Told,
    /// The agents that are told of.
    pub agents: Vec<ParticipantRef>,
    /// Whether it stands there.
    pub shown: bool,
    /// Why not, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub trouble: Option<String>,
}

/// Find other meshes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkDiscoverInput {
    /// The interchange; absent: those that links or cards of this mesh name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Words that all have to stand in what a mesh says of itself; absent: whoever says something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// Meshes that were found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkDiscovered {
    /// By interchange.
    pub found: Vec<LinkFoundAt>,
}

/// Meshes that were found at one interchange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkFoundAt {
    /// The interchange.
    pub at: crate::Told,
    /// Why nothing could be asked there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub trouble: Option<String>,
    /// The meshes.
    pub meshes: Vec<LinkFoundMesh>,
    /// Cards that are left out: not signed by the key that they name for this interchange, too old, or of another form.
    pub unproved: u32,
    /// There are more than are shown.
    pub more: bool,
}

/// A mesh that tells of itself. All of it is its own word, signed by its key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkFoundMesh {
    /// Its key: this is the mesh.
    pub key: PublicKey,
    /// What it calls itself there.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Whether it is there now, as the interchange says.
    pub here: bool,
    /// When it said so, by its own clock.
    pub told_at: Millis,
    /// What it is called here, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub link: Option<String>,
    /// It is this very mesh.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// Words about it.
    pub about: crate::Told,
    /// Rooms that strangers may follow.
    pub rooms: Vec<LinkFoundRoom>,
    /// Its agents.
    pub agents: Vec<LinkFoundAgent>,
}

/// A room of another mesh that strangers may follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkFoundRoom {
    /// Its id there.
    pub room: RoomId,
    /// What it is called there.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// What it is about.
    pub about: crate::Told,
    /// What `link.join` takes.
    #[schemars(with = "crate::closed::Code")]
    pub address: String,
}

/// An agent of another mesh.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkFoundAgent {
    /// What it is called there.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// What it can do.
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub can: Vec<String>,
}

/// Follow a room of another mesh that is open to strangers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkJoinInput {
    /// `mesh://KEY@INTERCHANGE/ROOM`, as `link.discover` shows it: the mesh's key, where it is met, and the room's id there.
    pub address: String,
    /// What the other mesh is called here, unless it is known already; absent: by the beginning of its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the room is called here.
    pub room: String,
    /// Who finds it here: `listed`, which is the default, or `private`.
    #[serde(default)]
    pub access: RoomAccess,
}

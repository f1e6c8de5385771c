//! What the state remembers of a link.

use imbl::OrdMap;
use mesh_model::events::{LinkPause, Place};
use mesh_model::{
    LinkId, MessageId, ParticipantId, Permission, PermissionSet, PublicKey, RoomId, Seq, TaskId,
};
use serde::{Deserialize, Serialize};

use crate::Access;

/// What a peer may ask for: to read and to speak, where its speaker is a member.
pub(crate) fn linked() -> PermissionSet {
    [Permission::MessagesRead, Permission::MessagesWrite]
        .into_iter()
        .collect()
}

/// Another mesh that this one knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// The peer: its node's key.
    pub peer: PublicKey,
    /// Who speaks here for the peer.
    pub participant: ParticipantId,
    /// What the peer is called here.
    pub name: String,
    /// Where it is called; absent: it calls.
    pub address: Option<String>,
    /// Where it was added.
    pub since: Seq,
    /// Nobody here added it: it follows a room that is open to strangers.
    pub stranger: bool,
    /// Something was taken of its log besides that it follows rooms.
    pub said: bool,
    /// Why it waits.
    pub paused: Option<LinkPause>,
    /// What of the peer's log is in this one.
    pub taken: Option<Place>,
    /// Rooms of this mesh that the peer may follow.
    pub shares: OrdMap<RoomId, Share>,
    /// Rooms of the peer, by their ids there.
    pub offers: OrdMap<RoomId, Offer>,
    /// What the peer did not take, by its place here.
    pub dead: OrdMap<Seq, DeadLetter>,
    /// Messages that were erased here and that the peer has not said it erased too, by the place of the erasure.
    pub erasing: OrdMap<Seq, MessageId>,
    /// What workers of this mesh do for the peer.
    pub lends: Option<Lending>,
    /// The peer's tasks here, by their fences there; with some that are over.
    pub asked: OrdMap<Seq, TaskId>,
    /// What the peer's workers do for this mesh, as the peer says.
    pub lent: Option<Lent>,
    /// The rooms whose tasks may go to the peer, with what they ask for, sorted.
    pub borrows: OrdMap<RoomId, Vec<String>>,
}

/// What workers of this mesh do for a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lending {
    /// The room in which the peer's tasks are made.
    pub room: RoomId,
    /// What they may ask for, sorted.
    pub capabilities: Vec<String>,
    /// How many are open at the same time, at most.
    pub at_once: u16,
}

/// What a peer's workers do for this mesh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lent {
    /// What its tasks may ask for, sorted.
    pub capabilities: Vec<String>,
    /// How many are open there at the same time, at most.
    pub at_once: u16,
}

/// A room of this mesh that a peer may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// From where on the peer follows it, if it does.
    pub followed: Option<Seq>,
}

/// A room of a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Its name there.
    pub name: String,
    /// Whether it may still be followed.
    pub open: bool,
    /// The room here that mirrors it, if it is followed.
    pub room: Option<RoomId>,
}

/// Something that a peer did not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadLetter {
    /// The error code, as the peer says.
    pub code: String,
    /// What kind of rule decided, as the peer says.
    pub rule: Option<String>,
    /// Where it was said and who said it, if it waited here for its home's word.
    pub waiting: Option<(RoomId, ParticipantId)>,
}

impl Link {
    /// Whether anything goes either way.
    pub fn is_open(&self) -> bool {
        self.paused.is_none()
    }

    /// The peer's last place that this log holds something of.
    pub fn taken_seq(&self) -> Seq {
        self.taken.map_or(Seq::ZERO, |place| place.seq)
    }

    /// What a worker of the peer may be given now: what it lends and some room here borrows.
    pub(crate) fn hands(&self) -> Vec<String> {
        let lent = self.lent.as_ref().filter(|_| self.is_open());
        let lent = lent.into_iter().flat_map(|lent| &lent.capabilities);
        let wanted = lent.filter(|name| {
            let mut rooms = self.borrows.values();
            rooms.any(|names| names.binary_search(name).is_ok())
        });
        wanted.cloned().collect()
    }

    /// The peer's room that a room here mirrors, if it is followed.
    pub fn followed(&self, room: RoomId) -> Option<(RoomId, &Offer)> {
        let mut found = self.offers.iter();
        let found = found.find(|(_, offer)| offer.room == Some(room));
        found.map(|(there, offer)| (*there, offer))
    }
}

impl Access {
    /// A link.
    pub fn link(&self, id: LinkId) -> Option<&Link> {
        self.links.get(&id).map(|link| &**link)
    }

    /// All links, in the order of their ids.
    pub fn links(&self) -> impl Iterator<Item = &Link> {
        self.links.values().map(|link| &**link)
    }

    /// The link whose peer is called so here.
    pub fn link_named(&self, name: &str) -> Option<&Link> {
        self.links().find(|link| link.name == name)
    }

    /// The link to the mesh with this key.
    pub fn link_to(&self, peer: &PublicKey) -> Option<&Link> {
        self.links().find(|link| link.peer == *peer)
    }

    /// The link for which a participant speaks.
    pub fn link_of(&self, participant: ParticipantId) -> Option<&Link> {
        self.links().find(|link| link.participant == participant)
    }

    /// The link by which a room mirrors one of another mesh, and that room's id there; the link is absent where nobody follows
    /// it any more. Nothing if the room is no mirror.
    pub fn mirror(&self, room: RoomId) -> Option<Option<(&Link, RoomId)>> {
        let link = self.mirrors.get(&room)?;
        Some(self.link(*link).and_then(|link| {
            let (there, offer) = link.followed(room)?;
            offer.open.then_some((link, there))
        }))
    }

    /// The link to the mesh where a room has its home, whether or not it is followed now; absent if there is none any more. Nothing
    /// if the room is no mirror.
    pub fn home_of(&self, room: RoomId) -> Option<Option<&Link>> {
        let link = self.mirrors.get(&room)?;
        Some(self.link(*link))
    }

    /// Whether a peer follows this room of the mesh now.
    pub fn is_followed(&self, link: &Link, room: RoomId) -> bool {
        let share = link.shares.get(&room);
        share.is_some_and(|share| share.followed.is_some())
            && self.member(room, link.participant).is_some()
    }
}

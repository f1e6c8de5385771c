//! Who is who and who is where: the part of the state that everybody reads.
//!
//! The writer publishes an [`Access`] after each sync that changed it. Cloning one copies a few
//! pointers. Questions about what somebody may do are answered in `permissions.rs`, about what
//! somebody may see in `visibility.rs`.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use mesh_model::api::ToolAudience;
use mesh_model::events::{Floor, History, PublicPage, RequestLimits, RoomKind};
use mesh_model::{
    CredentialId, GroupId, InletId, InviteId, LinkId, ParticipantId, PublicKey, RoomId, Seq,
    SessionId, WebhookId,
};
use serde::{Deserialize, Serialize};

use crate::{
    Card, Credential, EventType, Group, Influences, Inlet, Invite, Key, Link, Member, Mesh,
    Participant, Room, Secret, Session, ToolServer, Webhook,
};

/// What somebody wants to do in a room, see [`Access::may`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Know that it exists, its name and topic.
    See,
    /// Read messages, events and the list of members.
    Read,
    /// Post messages and events.
    Post,
    /// Manage members and the room itself.
    Moderate,
    /// Become a member without being added.
    Join,
}

/// An immutable picture of participants, rooms and rights at one place in the log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The last event that changed anything here.
    pub(crate) changed: Seq,
    pub(crate) mesh: Option<Arc<Mesh>>,
    pub(crate) participants: OrdMap<ParticipantId, Arc<Participant>>,
    pub(crate) handles: OrdMap<Arc<str>, ParticipantId>,
    /// The participants that sign in with a password.
    pub(crate) users: OrdSet<ParticipantId>,
    pub(crate) groups: OrdMap<GroupId, Arc<Group>>,
    pub(crate) group_names: OrdMap<Arc<str>, GroupId>,
    pub(crate) rooms: OrdMap<RoomId, Arc<Room>>,
    pub(crate) room_names: OrdMap<Arc<str>, RoomId>,
    /// Direct conversations: the smaller id of the two, then the other.
    pub(crate) directs: OrdMap<ParticipantId, OrdMap<ParticipantId, RoomId>>,
    /// The rooms each participant is a member of; the broadcast room is in no list.
    pub(crate) memberships: OrdMap<ParticipantId, OrdSet<RoomId>>,
    pub(crate) credentials: OrdMap<CredentialId, Arc<Credential>>,
    pub(crate) invites: OrdMap<InviteId, Arc<Invite>>,
    pub(crate) event_types: OrdMap<Arc<str>, EventType>,
    pub(crate) sessions: OrdMap<SessionId, Session>,
    /// Whose key each one is, revoked ones included: no key is anybody else's ever.
    pub(crate) keys: OrdMap<PublicKey, ParticipantId>,
    /// The rooms that count how often somebody speaks.
    pub(crate) paced: OrdSet<RoomId>,
    pub(crate) limits: RequestLimits,
    pub(crate) floor: Floor,
    /// Whether there is a public page.
    pub(crate) public: PublicPage,
    /// The rooms that stand on it, shown or not.
    pub(crate) published: OrdSet<RoomId>,
    pub(crate) secrets: OrdMap<Arc<str>, Secret>,
    /// For whom tools and plugins are, where the owner said so.
    pub(crate) audiences: OrdMap<Arc<str>, Arc<ToolAudience>>,
    /// The servers of tools that participants offer.
    pub(crate) tool_servers: OrdMap<Arc<str>, Arc<ToolServer>>,
    pub(crate) webhooks: OrdMap<WebhookId, Arc<Webhook>>,
    pub(crate) inlets: OrdMap<InletId, Arc<Inlet>>,
    /// Other meshes that this one knows.
    pub(crate) links: OrdMap<LinkId, Arc<Link>>,
    /// The rooms that mirror one of another mesh, also of links that are gone.
    pub(crate) mirrors: OrdMap<RoomId, LinkId>,
    /// Rooms that strangers may follow, and who answers for that.
    pub(crate) opened: OrdMap<RoomId, ParticipantId>,
    /// What this mesh tells of itself, by the interchange where it does.
    pub(crate) cards: OrdMap<Arc<str>, Arc<Card>>,
    /// Strangers who were sent away, by their keys, and when.
    pub(crate) barred: OrdMap<PublicKey, Seq>,
    pub(crate) influence: Influences,
}

impl Access {
    /// The last event that changed anything here: unchanged means nothing to publish.
    pub fn changed(&self) -> Seq {
        self.changed
    }

    /// The mesh; `None` before the first event.
    pub fn mesh(&self) -> Option<&Mesh> {
        self.mesh.as_deref()
    }

    /// The mesh's owner.
    pub fn owner(&self) -> Option<ParticipantId> {
        self.mesh.as_ref()?.owner
    }

    /// Whether the participant is the mesh's owner.
    pub fn is_owner(&self, participant: ParticipantId) -> bool {
        self.owner() == Some(participant)
    }

    /// A participant, disabled ones included.
    pub fn participant(&self, id: ParticipantId) -> Option<&Arc<Participant>> {
        self.participants.get(&id)
    }

    /// The participant with this handle, with or without `@`.
    pub fn by_handle(&self, handle: &str) -> Option<&Arc<Participant>> {
        let id = self
            .handles
            .get(handle.strip_prefix('@').unwrap_or(handle))?;
        self.participants.get(id)
    }

    /// All participants, disabled ones included, in the order of their ids.
    pub fn participants(&self) -> impl Iterator<Item = &Arc<Participant>> {
        self.participants.values()
    }

    /// The participants that sign in with a password.
    pub fn users(&self) -> impl Iterator<Item = &Arc<Participant>> {
        self.users.iter().filter_map(|id| self.participants.get(id))
    }

    /// Whether `ancestor` made `participant`, or made who made it, and so on.
    pub fn descends(&self, participant: ParticipantId, ancestor: ParticipantId) -> bool {
        self.ancestors(participant).any(|id| id == ancestor)
    }

    /// The participant's parent, its parent, and so on up to the owner.
    pub fn ancestors(&self, participant: ParticipantId) -> impl Iterator<Item = ParticipantId> {
        let parent = |id: &ParticipantId| self.participants.get(id)?.parent;
        // Parents are registered before their children, so this ends; the count is a second lock
        // on that door for logs written by others.
        std::iter::successors(parent(&participant), parent).take(usize::from(u8::MAX))
    }

    /// A group.
    pub fn group(&self, id: GroupId) -> Option<&Arc<Group>> {
        self.groups.get(&id)
    }

    /// The group with this name.
    pub fn group_named(&self, name: &str) -> Option<&Arc<Group>> {
        self.groups.get(self.group_names.get(name)?)
    }

    /// All groups, in the order of their ids.
    pub fn groups(&self) -> impl Iterator<Item = &Arc<Group>> {
        self.groups.values()
    }

    /// A room. Whoever answers somebody asks [`Access::may`] first.
    pub fn room(&self, id: RoomId) -> Option<&Arc<Room>> {
        self.rooms.get(&id)
    }

    /// The room with this name, with or without `#`.
    pub fn room_named(&self, name: &str) -> Option<&Arc<Room>> {
        self.rooms.get(
            self.room_names
                .get(name.strip_prefix('#').unwrap_or(name))?,
        )
    }

    /// All rooms, in the order of their ids.
    pub fn rooms(&self) -> impl Iterator<Item = &Arc<Room>> {
        self.rooms.values()
    }

    /// The direct conversation of two participants, if they have one.
    pub fn direct(&self, a: ParticipantId, b: ParticipantId) -> Option<RoomId> {
        self.directs.get(&a.min(b))?.get(&a.max(b)).copied()
    }

    /// The participant's membership. Everybody is a member of the broadcast room.
    pub fn member(&self, room: RoomId, participant: ParticipantId) -> Option<Member> {
        self.member_of(self.rooms.get(&room)?, participant)
    }

    pub(crate) fn member_of(&self, room: &Room, participant: ParticipantId) -> Option<Member> {
        match room.members.get(&participant) {
            Some(member) => Some(*member),
            None if room.kind == RoomKind::Broadcast => {
                let since = self.participants.get(&participant)?.since;
                Some(Member::new(since))
            }
            None => None,
        }
    }

    /// The room's members, disabled ones included, in the order of their ids.
    pub fn members(&self, room: RoomId) -> Vec<(ParticipantId, Member)> {
        let Some(room) = self.rooms.get(&room) else {
            return Vec::new();
        };
        if room.kind != RoomKind::Broadcast {
            return room
                .members
                .iter()
                .map(|(id, member)| (*id, *member))
                .collect();
        }
        let everybody = self.participants.keys();
        everybody
            .filter_map(|id| Some((*id, self.member_of(room, *id)?)))
            .collect()
    }

    /// The rooms the participant is a member of, the broadcast room last.
    pub fn rooms_of(&self, participant: ParticipantId) -> impl Iterator<Item = &Arc<Room>> {
        let own = self.memberships.get(&participant).into_iter().flatten();
        let broadcast = self.mesh.as_ref().and_then(|mesh| mesh.broadcast.as_ref());
        own.chain(broadcast).filter_map(|id| self.rooms.get(id))
    }

    /// The first place in the room's history that this member may read.
    pub(crate) fn readable_from(room: &Room, member: Member) -> Seq {
        match room.history {
            History::All => Seq::ZERO,
            History::SinceJoin => member.since,
        }
    }

    /// A credential, revoked and expired ones included.
    pub fn credential(&self, id: CredentialId) -> Option<&Arc<Credential>> {
        self.credentials.get(&id)
    }

    /// All credentials, in the order of their ids.
    pub fn credentials(&self) -> impl Iterator<Item = &Arc<Credential>> {
        self.credentials.values()
    }

    /// An invite, revoked and used-up ones included.
    pub fn invite(&self, id: InviteId) -> Option<&Arc<Invite>> {
        self.invites.get(&id)
    }

    /// All invites, in the order of their ids.
    pub fn invites(&self) -> impl Iterator<Item = &Arc<Invite>> {
        self.invites.values()
    }

    /// A registered kind of event.
    pub fn event_type(&self, name: &str) -> Option<&EventType> {
        self.event_types.get(name)
    }

    /// All registered kinds of events, in the order of their names.
    pub fn event_types(&self) -> impl Iterator<Item = &EventType> {
        self.event_types.values()
    }

    /// A participant's key, revoked ones included.
    pub fn key(&self, participant: ParticipantId, key: &PublicKey) -> Option<Key> {
        let found = self.participants.get(&participant)?;
        found.keys.iter().find(|known| known.key == *key).copied()
    }

    /// How many requests the node answers whom.
    pub fn limits(&self) -> &RequestLimits {
        &self.limits
    }

    /// How loose those may make their rooms who are trusted less than `local`.
    pub fn floor(&self) -> &Floor {
        &self.floor
    }

    /// A secret's version and place.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.secrets.get(name).copied()
    }

    /// All secrets, in the order of their names.
    pub fn secrets(&self) -> impl Iterator<Item = (&str, Secret)> {
        self.secrets.iter().map(|(name, secret)| (&**name, *secret))
    }

    /// An open session.
    pub fn session(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// All open sessions, in the order of their ids.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }
}

//! Who may see what: one rule for queries, search, pushes and streams.
//!
//! A room's events are for those who may listen in it, from the place its history rule allows;
//! after removal nothing more. Whoever is listed may be known to all, whoever is hidden to few.
//! The figures of the mesh and its users are for those who lead it.

use mesh_model::events::{Facts, History, RoomKind, Sees, Visibility};
use mesh_model::{
    Capability, CredentialId, GroupId, InviteId, MessageId, ParticipantId, Permission, RoomId, Seq,
};

use crate::{Access, Room};

/// To whom an event is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Every enabled participant.
    Everyone,
    /// Whoever may listen in the room, from the place its history rule allows.
    Room(RoomId),
    /// These, sorted, each once.
    Participants(Vec<ParticipantId>),
    /// The owner and the users whose role holds `admin:analytics`.
    Admins,
    /// Nobody.
    Nobody,
}

impl Access {
    /// To whom an event is shown, as things stand now. [`Access::sees`] is the same rule asked for
    /// one participant.
    pub fn audience(&self, facts: &Facts) -> Audience {
        match facts.sees() {
            Sees::Everyone => Audience::Everyone,
            Sees::Admins => Audience::Admins,
            Sees::Content(room) if self.rooms.contains_key(&room) => Audience::Room(room),
            Sees::Content(_) => Audience::Nobody,
            Sees::Message(room, message) => self.message_audience(room, message),
            Sees::Room(room) => match self.rooms.get(&room) {
                Some(found) if found.is_listed() => Audience::Everyone,
                Some(_) => Audience::Room(room),
                None => Audience::Nobody,
            },
            Sees::Waiting(room, author) => {
                let mut list: Vec<_> = self.moderators(room).collect();
                list.push(author);
                list.extend(self.goes_by(room));
                Audience::Participants(in_order(list))
            }
            Sees::Data(room) => {
                let readers = self
                    .room_listeners(room)
                    .filter(|id| self.may_data(*id, room));
                Audience::Participants(in_order(readers.collect()))
            }
            Sees::Member(room, participant) => self.member_audience(room, participant),
            Sees::Gone(room, participant) => match self.member_audience(room, participant) {
                Audience::Room(_) => {
                    let mut list: Vec<_> = self.room_listeners(room).collect();
                    list.push(participant);
                    Audience::Participants(in_order(list))
                }
                audience => audience,
            },
            Sees::Side(room, participant) => match self.member_audience(room, participant) {
                Audience::Room(_) => {
                    let mut list: Vec<_> = self.room_listeners(room).collect();
                    list.push(participant);
                    list.extend(self.ancestors(participant));
                    Audience::Participants(in_order(list))
                }
                audience => audience,
            },
            Sees::Participant(participant) => self.participant_audience(participant),
            Sees::GroupMember(group, participant) => {
                if self.is_public(participant) {
                    return Audience::Everyone;
                }
                let mut list: Vec<_> = self
                    .room_of_group(group)
                    .into_iter()
                    .flat_map(|room| self.room_listeners(room))
                    .collect();
                list.push(participant);
                Audience::Participants(in_order(list))
            }
            Sees::Concerned(participant) => self.concerned(Some(participant)),
            Sees::Act(participant, act) => {
                let mut list: Vec<_> = self.admins().chain([participant]).collect();
                list.extend(self.ancestors(participant));
                list.extend(self.releasers(participant, act));
                Audience::Participants(in_order(list))
            }
            Sees::Line(participant) => {
                let mut list: Vec<_> = self.admins().chain([participant]).collect();
                list.extend(self.ancestors(participant));
                Audience::Participants(in_order(list))
            }
            Sees::Own(participant, room) => {
                let line = self.ancestors(participant).chain(self.owner());
                let line = line.chain([participant]);
                let mut list: Vec<_> = line.filter(|id| self.is_person(*id)).collect();
                list.extend(room.into_iter().flat_map(|room| self.room_listeners(room)));
                Audience::Participants(in_order(list))
            }
            Sees::Moderators(room) => {
                let list = self.admins().chain(self.moderators(room));
                Audience::Participants(in_order(list.collect()))
            }
            Sees::CredentialHolder(credential) => self.concerned(self.holder(credential)),
            Sees::InviteMaker(invite) => self.concerned(self.maker(invite)),
        }
    }

    /// Whether the participant may see the event at `seq`, as things stand now. Cheap.
    pub fn sees(&self, viewer: ParticipantId, facts: &Facts, seq: Seq) -> bool {
        let Some(found) = self.participants.get(&viewer) else {
            return false;
        };
        if !found.is_enabled() {
            return false;
        }
        match facts.sees() {
            Sees::Everyone => true,
            Sees::Admins => self.is_admin(viewer),
            Sees::Content(room) => self.reads(viewer, room, seq),
            // What is done to a message later shows nothing of it to those who came later still.
            Sees::Message(room, message) => self.reads(viewer, room, message.0),
            Sees::Data(room) => self.reads(viewer, room, seq) && self.may_data(viewer, room),
            Sees::Room(room) => {
                self.rooms.get(&room).is_some_and(|found| found.is_listed())
                    || self.reads(viewer, room, seq)
            }
            Sees::Waiting(room, author) => {
                viewer == author
                    || self.moderators(room).any(|id| id == viewer)
                    || self.goes_by(room) == Some(viewer)
            }
            Sees::Member(room, participant) => self.sees_member(viewer, room, participant, seq),
            Sees::Gone(room, participant) => {
                viewer == participant || self.sees_member(viewer, room, participant, seq)
            }
            Sees::Side(room, participant) => {
                viewer == participant
                    || self.descends(participant, viewer)
                    || self.sees_member(viewer, room, participant, seq)
            }
            Sees::Participant(participant) => self.sees_participant(viewer, participant),
            Sees::GroupMember(group, participant) => {
                viewer == participant
                    || self.is_public(participant)
                    || self
                        .room_of_group(group)
                        .is_some_and(|room| self.reads(viewer, room, seq))
            }
            Sees::Concerned(participant) => participant == viewer || self.is_admin(viewer),
            Sees::Act(participant, act) => {
                let own = participant == viewer || self.descends(participant, viewer);
                own || self.is_admin(viewer) || {
                    let held = self.held_act(participant, act);
                    held.is_some_and(|act| self.may_release(viewer, participant, act))
                }
            }
            Sees::Line(participant) => {
                viewer == participant || self.descends(participant, viewer) || self.is_admin(viewer)
            }
            Sees::Own(participant, room) => {
                (self.is_person(viewer) && self.reads_journal(viewer, participant))
                    || room.is_some_and(|room| self.reads(viewer, room, seq))
            }
            Sees::Moderators(room) => {
                self.is_admin(viewer) || self.moderators(room).any(|id| id == viewer)
            }
            Sees::CredentialHolder(credential) => {
                self.holder(credential) == Some(viewer) || self.is_admin(viewer)
            }
            Sees::InviteMaker(invite) => {
                self.maker(invite) == Some(viewer) || self.is_admin(viewer)
            }
        }
    }

    /// Whether the participant reads all that the other one notes of its own work: itself, those above it, and the owner.
    pub fn reads_journal(&self, viewer: ParticipantId, author: ParticipantId) -> bool {
        viewer == author || self.descends(author, viewer) || self.is_owner(viewer)
    }

    /// Whether the participant may see the other one in lists.
    pub fn sees_participant(&self, viewer: ParticipantId, other: ParticipantId) -> bool {
        let Some(found) = self.participants.get(&other) else {
            return false;
        };
        match found.visibility {
            Visibility::Public => true,
            _ if viewer == other || self.is_owner(viewer) || self.descends(other, viewer) => true,
            Visibility::Room => self.share_a_room(viewer, other),
            Visibility::Hidden => false,
        }
    }

    /// Whether both are members of one room. The broadcast room does not count: all are in it.
    fn share_a_room(&self, a: ParticipantId, b: ParticipantId) -> bool {
        let (Some(a), Some(b)) = (self.memberships.get(&a), self.memberships.get(&b)) else {
            return false;
        };
        let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
        few.iter().any(|room| many.contains(room))
    }

    /// The participants that may listen in the room at present: those to whom its messages go.
    pub fn room_listeners(&self, room: RoomId) -> impl Iterator<Item = ParticipantId> {
        let room = self.rooms.get(&room);
        let (all, members) = match room {
            Some(room) if room.kind == RoomKind::Broadcast => {
                (Some(self.participants.keys()), None)
            }
            Some(room) => (None, Some(room.members.keys())),
            None => (None, None),
        };
        let listens = move |id: &ParticipantId| {
            room.is_some_and(|room| self.capabilities_in(room, *id).has(Capability::Listen))
        };
        all.into_iter()
            .flatten()
            .chain(members.into_iter().flatten())
            .copied()
            .filter(listens)
    }

    /// The members that may moderate the room at present.
    pub fn moderators(&self, room: RoomId) -> impl Iterator<Item = ParticipantId> {
        let room = self.rooms.get(&room);
        let members = room.into_iter().flat_map(|room| room.members.keys());
        let broadcast = room
            .filter(|room| room.kind == RoomKind::Broadcast)
            .and_then(|_| self.owner());
        members.copied().chain(broadcast).filter(move |id| {
            room.is_some_and(|room| self.capabilities_in(room, *id).has(Capability::Moderate))
        })
    }

    /// The rooms the participant may listen in, each with the first place it may read. What is
    /// read, searched or counted is limited to these.
    pub fn readable_rooms(&self, participant: ParticipantId) -> Vec<(RoomId, Seq)> {
        let listens = |room: &&std::sync::Arc<Room>| {
            self.capabilities_in(room, participant)
                .has(Capability::Listen)
        };
        self.rooms_of(participant)
            .filter(listens)
            .filter_map(|room| {
                let member = self.member_of(room, participant)?;
                Some((room.id, Self::readable_from(room, member)))
            })
            .collect()
    }

    /// The same with the first place that can wait in the participant's inbox: what was said before
    /// it came to a room it may read, but nobody said it to it.
    pub fn inbox_rooms(&self, participant: ParticipantId) -> Vec<(RoomId, Seq)> {
        let mut rooms = self.readable_rooms(participant);
        for (room, from) in &mut rooms {
            if let Some(member) = self.member(*room, participant) {
                *from = member.since.max(*from);
            }
        }
        rooms
    }

    /// Whether the participant may read the place `seq` in the room.
    pub(crate) fn reads(&self, viewer: ParticipantId, room: RoomId, seq: Seq) -> bool {
        let Some(room) = self.rooms.get(&room) else {
            return false;
        };
        let Some(member) = self.member_of(room, viewer) else {
            return false;
        };
        seq >= Self::readable_from(room, member)
            && self.capabilities_in(room, viewer).has(Capability::Listen)
    }

    /// Whether a participant may read a room's shared data, as far as its capabilities there say.
    pub fn may_data(&self, viewer: ParticipantId, room: RoomId) -> bool {
        self.capabilities(room, viewer).has(Capability::DataRead)
    }

    /// The owner and the users whose role holds `admin:analytics`, in the order of their ids.
    pub fn admins(&self) -> impl Iterator<Item = ParticipantId> {
        let owner = self.owner().filter(|owner| !self.users.contains(owner));
        owner
            .into_iter()
            .chain(self.users.iter().copied())
            .filter(|id| self.is_admin(*id))
    }

    pub(crate) fn is_admin(&self, participant: ParticipantId) -> bool {
        (self.is_owner(participant) || self.users.contains(&participant))
            && self
                .own_permissions(participant)
                .has(Permission::AdminAnalytics)
    }

    fn sees_member(
        &self,
        viewer: ParticipantId,
        room: RoomId,
        participant: ParticipantId,
        seq: Seq,
    ) -> bool {
        match self.member_audience(room, participant) {
            Audience::Everyone => true,
            Audience::Room(room) => self.reads(viewer, room, seq),
            _ => false,
        }
    }

    /// Who takes what is said in a mirror to its home.
    fn goes_by(&self, room: RoomId) -> Option<ParticipantId> {
        let (link, _) = self.mirror(room)??;
        Some(link.participant)
    }

    /// Those who may read an older message of the room.
    fn message_audience(&self, room: RoomId, message: MessageId) -> Audience {
        match self.rooms.get(&room) {
            Some(found) if found.history == History::All => Audience::Room(room),
            Some(_) => {
                let readers = self.room_listeners(room);
                let readers = readers.filter(|id| self.reads(*id, room, message.0));
                Audience::Participants(in_order(readers.collect()))
            }
            None => Audience::Nobody,
        }
    }

    /// Who comes to a listed room is known to all, unless it does not want to be.
    fn member_audience(&self, room: RoomId, participant: ParticipantId) -> Audience {
        let Some(found) = self.rooms.get(&room) else {
            return Audience::Nobody;
        };
        if found.is_listed() && self.is_public(participant) {
            Audience::Everyone
        } else {
            Audience::Room(room)
        }
    }

    /// One participant and the admins.
    fn concerned(&self, participant: Option<ParticipantId>) -> Audience {
        let mut list: Vec<_> = self.admins().collect();
        list.extend(participant);
        Audience::Participants(in_order(list))
    }

    fn holder(&self, credential: CredentialId) -> Option<ParticipantId> {
        let found = self.credentials.get(&credential);
        found.map(|credential| credential.participant)
    }

    fn maker(&self, invite: InviteId) -> Option<ParticipantId> {
        self.invites.get(&invite).and_then(|invite| invite.creator)
    }

    fn room_of_group(&self, group: GroupId) -> Option<RoomId> {
        self.groups.get(&group).and_then(|group| group.room)
    }

    fn is_public(&self, participant: ParticipantId) -> bool {
        let found = self.participants.get(&participant);
        found.is_some_and(|found| found.visibility == Visibility::Public)
    }

    fn participant_audience(&self, participant: ParticipantId) -> Audience {
        let Some(found) = self.participants.get(&participant) else {
            return Audience::Nobody;
        };
        if found.visibility == Visibility::Public {
            return Audience::Everyone;
        }
        let mut list: Vec<_> = self.ancestors(participant).collect();
        list.push(participant);
        list.extend(self.owner());
        if found.visibility == Visibility::Room {
            let rooms = self.memberships.get(&participant).into_iter().flatten();
            let rooms = rooms.filter_map(|id| self.rooms.get(id));
            list.extend(rooms.flat_map(|room| room.members.keys().copied()));
        }
        list.retain(|id| {
            self.participants
                .get(id)
                .is_some_and(|found| found.is_enabled())
        });
        Audience::Participants(in_order(list))
    }
}

fn in_order(mut list: Vec<ParticipantId>) -> Vec<ParticipantId> {
    list.sort_unstable();
    list.dedup();
    list
}

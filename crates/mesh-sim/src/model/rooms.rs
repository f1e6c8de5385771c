//! The reference's rules of rooms and of what is said in them.

use mesh_model::command::{Content, EventTypeCommand, MessageCommand, PostMessage, RoomCommand};
use mesh_model::events::{History, MessageHeader, RoomAccess, RoomKind};
use mesh_model::{Actor, Capability, Command, ErrorCode, ParticipantId, RoomId, Seq};

use super::{Event, Model, No, Note, Place, Seat, Sort, Verdict, event, with};

const MEMBER: [Capability; 4] = [
    Capability::Speak,
    Capability::Listen,
    Capability::DataRead,
    Capability::DataWrite,
];

impl Place {
    pub fn seat(&self, who: ParticipantId) -> Option<&Seat> {
        self.members.iter().find(|seat| seat.who == who)
    }

    /// Whether only what was said since one came may be read.
    pub fn begins_at_join(&self) -> bool {
        matches!(self.sort, Sort::Private | Sort::Group)
    }
}

impl Model {
    pub fn is_in(&self, room: &Place, who: ParticipantId) -> bool {
        self.person(who).is_some() && (room.sort == Sort::Broadcast || room.seat(who).is_some())
    }

    /// What somebody may do in a room.
    pub fn may(&self, room: &Place, who: ParticipantId) -> Vec<Capability> {
        let Some(person) = self.person(who) else {
            return Vec::new();
        };
        if person.disabled || !self.is_in(room, who) {
            return Vec::new();
        }
        if room.sort != Sort::Direct && (room.creator == Some(who) || self.owner == Some(who)) {
            return Capability::ALL.to_vec();
        }
        if let Some(special) = room.seat(who).and_then(|seat| seat.special.clone()) {
            return special;
        }
        let line = self.line_of(who);
        let counts = room.defaults_by.is_none_or(|by| line.contains(&by));
        let mut all = room.defaults.clone();
        all.retain(|one| *one != Capability::Execute || counts);
        all
    }

    /// Whether somebody can read the message.
    pub fn reads(&self, who: ParticipantId, note: &Note) -> bool {
        let Some(room) = self.room(note.room) else {
            return false;
        };
        let early =
            room.begins_at_join() && room.seat(who).is_some_and(|seat| seat.since > note.seq);
        !early && self.may(room, who).contains(&Capability::Listen)
    }

    /// The room, unless the actor may not know of it.
    pub(super) fn known(&self, actor: Actor, room: RoomId) -> Result<&Place, No> {
        let unknown = No::Code(ErrorCode::NotFound);
        let Some(room) = self.room(room) else {
            return Err(unknown);
        };
        let Some(who) = actor.participant() else {
            return Ok(room);
        };
        match room.sort {
            Sort::Listed | Sort::Broadcast => Ok(room),
            _ if self.is_in(room, who) => Ok(room),
            _ => Err(unknown),
        }
    }

    /// The room, if the actor may do this in it.
    pub(super) fn allowed(
        &self,
        actor: Actor,
        room: RoomId,
        needed: Capability,
    ) -> Result<&Place, No> {
        let room = self.known(actor, room)?;
        let allowed = actor == Actor::Node
            || actor
                .participant()
                .is_some_and(|who| self.may(room, who).contains(&needed));
        if allowed {
            Ok(room)
        } else {
            Err(No::Code(ErrorCode::CapabilityDenied))
        }
    }

    pub fn judge_room(&mut self, actor: Actor, command: &Command) -> Verdict {
        match command {
            Command::Room(RoomCommand::Create {
                kind: RoomKind::Direct,
                room,
                members,
                ..
            }) => self.direct(actor, *room, members),
            Command::Room(RoomCommand::Create { .. }) => self.create_room(actor, command),
            Command::Room(RoomCommand::Archive { room }) => self.archive(actor, *room, true),
            Command::Room(RoomCommand::Restore { room }) => self.archive(actor, *room, false),
            Command::Room(RoomCommand::Join { room }) => self.join(actor, *room),
            Command::Room(RoomCommand::Add { room, participant }) => {
                self.add(actor, *room, *participant)
            }
            Command::Room(RoomCommand::Leave { room }) => self.leave(actor, *room),
            Command::Room(RoomCommand::Remove {
                room, participant, ..
            }) => self.remove(actor, *room, *participant),
            Command::Room(RoomCommand::SetCapabilities {
                room,
                participant,
                capabilities,
            }) => {
                let wanted = capabilities.map(|set| set.iter().collect::<Vec<_>>());
                self.set_special(actor, *room, *participant, wanted)
            }
            Command::Room(RoomCommand::SetDefaults { room, capabilities }) => {
                let wanted: Vec<_> = capabilities.iter().collect();
                let found = self.allowed(actor, *room, Capability::Moderate)?;
                let held = actor.participant().map(|who| self.may(found, who));
                let lacking = held.is_some_and(|held| wanted.iter().any(|one| !held.contains(one)));
                if found.archived || lacking {
                    return Err(No::Any);
                }
                if found.defaults == wanted {
                    return Ok(Vec::new());
                }
                let place = self.room_mut(*room);
                (place.defaults, place.defaults_by) = (wanted, actor.participant());
                Ok(vec![event("room.defaults_set")])
            }
            _ => Err(No::Any),
        }
    }

    fn create_room(&mut self, actor: Actor, command: &Command) -> Verdict {
        let Command::Room(RoomCommand::Create {
            room,
            name,
            access,
            history,
            members,
            ..
        }) = command
        else {
            return Err(No::Any);
        };
        let me = actor.participant().ok_or(No::Any)?;
        assert_eq!(
            *history, None::<History>,
            "the schedule leaves history to the rule"
        );
        let taken = self
            .rooms
            .iter()
            .any(|other| other.id == *room || other.name == *name);
        let unfit = members.iter().any(|id| {
            *id != me
                && (self.person(*id).is_none_or(|person| person.disabled)
                    || !self.line_of(*id).contains(&me))
        });
        if taken || unfit {
            return Err(No::Any);
        }
        let mut people = members.clone();
        people.push(me);
        let sort = if *access == RoomAccess::Private {
            Sort::Private
        } else {
            Sort::Listed
        };
        self.open(*room, sort, name.clone(), Some(me), people);
        Ok(vec![event("room.created")])
    }

    pub fn is_room_name_taken(&self, name: &str) -> bool {
        self.rooms
            .iter()
            .any(|room| room.name.as_deref() == Some(name))
    }

    pub fn open(
        &mut self,
        id: RoomId,
        sort: Sort,
        name: Option<String>,
        creator: Option<ParticipantId>,
        mut people: Vec<ParticipantId>,
    ) {
        people.sort();
        people.dedup();
        let since = self.next();
        let members = people
            .into_iter()
            .map(|who| Seat {
                who,
                since,
                special: None,
            })
            .collect();
        let defaults = match sort {
            Sort::Broadcast => vec![Capability::Listen, Capability::DataRead],
            _ => MEMBER.to_vec(),
        };
        self.rooms.push(Place {
            id,
            sort,
            name,
            creator,
            defaults,
            defaults_by: creator,
            archived: false,
            members,
            went: Vec::new(),
            pins: Vec::new(),
        });
    }

    fn direct(&mut self, actor: Actor, room: RoomId, members: &[ParticipantId]) -> Verdict {
        let me = actor.participant().ok_or(No::Any)?;
        let mut pair = members.to_vec();
        pair.push(me);
        pair.sort();
        pair.dedup();
        // Alone it is one with oneself.
        if pair.len() > 2 || members.is_empty() {
            return Err(No::Any);
        }
        let exists = |found: &Place| {
            found.sort == Sort::Direct
                && found.members.len() == pair.len()
                && pair.iter().all(|id| found.seat(*id).is_some())
        };
        if self.rooms.iter().any(exists) {
            return Ok(Vec::new());
        }
        let unfit = pair
            .iter()
            .any(|id| self.person(*id).is_none_or(|person| person.disabled));
        if unfit || self.room(room).is_some() {
            return Err(No::Any);
        }
        self.open(room, Sort::Direct, None, None, pair);
        Ok(vec![event("room.created")])
    }

    fn archive(&mut self, actor: Actor, room: RoomId, archive: bool) -> Verdict {
        let found = self.allowed(actor, room, Capability::Moderate)?;
        if !matches!(found.sort, Sort::Listed | Sort::Private) {
            return Err(No::Any);
        }
        if found.archived == archive {
            return Ok(Vec::new());
        }
        self.room_mut(room).archived = archive;
        Ok(vec![event(if archive {
            "room.archived"
        } else {
            "room.restored"
        })])
    }

    fn join(&mut self, actor: Actor, room: RoomId) -> Verdict {
        let me = actor.participant().ok_or(No::Any)?;
        let found = self.known(actor, room)?;
        if self.is_in(found, me) {
            return Ok(Vec::new());
        }
        if found.archived || found.sort != Sort::Listed {
            return Err(No::Any);
        }
        Ok(self.comes(room, me))
    }

    /// Somebody comes in. What was taken from it before it went is not given back.
    pub fn comes(&mut self, room: RoomId, who: ParticipantId) -> Vec<Event> {
        let since = self.next();
        self.comes_at(room, who, since)
    }

    pub fn comes_at(&mut self, room: RoomId, who: ParticipantId, since: u64) -> Vec<Event> {
        self.sit_at(room, who, since);
        let mut events = vec![event("room.member_joined")];
        let place = self.room_mut(room);
        let went = place.went.iter().position(|(id, _)| *id == who);
        let Some((_, left)) = went.map(|at| place.went.remove(at)) else {
            return events;
        };
        if place.defaults.iter().any(|one| !left.contains(one)) {
            let kept = place.defaults.iter().filter(|one| left.contains(one));
            let kept: Vec<_> = kept.copied().collect();
            let seat = place.members.iter_mut().find(|seat| seat.who == who);
            seat.expect("it sits").special = Some(kept);
            events.push(event("room.member_capabilities_set"));
        }
        events
    }

    pub fn sit_at(&mut self, room: RoomId, who: ParticipantId, since: u64) {
        self.room_mut(room).members.push(Seat {
            who,
            since,
            special: None,
        });
    }

    pub fn rise(&mut self, room: RoomId, who: ParticipantId) {
        let place = self.room_mut(room);
        let special = place.seat(who).and_then(|seat| seat.special.clone());
        let left = special.filter(|left| place.defaults.iter().any(|one| !left.contains(one)));
        if let Some(left) = left {
            place.went.retain(|(id, _)| *id != who);
            place.went.push((who, left));
        }
        place.members.retain(|seat| seat.who != who);
    }

    fn add(&mut self, actor: Actor, room: RoomId, who: ParticipantId) -> Verdict {
        let found = match (actor, self.room(room)) {
            (Actor::Owner(me), Some(found)) if me == who && found.sort != Sort::Direct => found,
            _ => self.known(actor, room)?,
        };
        if self.is_in(found, who) {
            return Ok(Vec::new());
        }
        let recovers = actor == Actor::Owner(who);
        let mods = actor == Actor::Node
            || actor
                .participant()
                .is_some_and(|me| self.may(found, me).contains(&Capability::Moderate));
        if !recovers && !mods {
            return Err(No::Code(ErrorCode::CapabilityDenied));
        }
        let unfit = self.person(who).is_none_or(|person| person.disabled)
            || actor
                .participant()
                .is_some_and(|me| !self.line_of(who).contains(&me));
        if found.archived || !matches!(found.sort, Sort::Listed | Sort::Private) || unfit {
            return Err(No::Any);
        }
        Ok(self.comes(room, who))
    }

    fn leave(&mut self, actor: Actor, room: RoomId) -> Verdict {
        let me = actor.participant().ok_or(No::Any)?;
        let found = self.known(actor, room)?;
        let free = matches!(found.sort, Sort::Listed | Sort::Private)
            || (found.sort == Sort::Group && found.archived);
        if !free {
            return Err(No::Any);
        }
        if !self.is_in(found, me) {
            return Ok(Vec::new());
        }
        self.rise(room, me);
        Ok(vec![event("room.member_left")])
    }

    fn remove(&mut self, actor: Actor, room: RoomId, who: ParticipantId) -> Verdict {
        if actor.participant() == Some(who) {
            return self.leave(actor, room);
        }
        let found = self.allowed(actor, room, Capability::Moderate)?;
        let free = matches!(found.sort, Sort::Listed | Sort::Private)
            || (found.sort == Sort::Group && found.archived);
        if !free {
            return Err(No::Any);
        }
        if !self.is_in(found, who) {
            return Ok(Vec::new());
        }
        let keeps = found.creator == Some(who) || self.owner == Some(who);
        if keeps && !matches!(actor, Actor::Owner(_)) {
            return Err(No::Any);
        }
        self.rise(room, who);
        Ok(vec![event("room.member_left")])
    }

    fn set_special(
        &mut self,
        actor: Actor,
        room: RoomId,
        who: ParticipantId,
        wanted: Option<Vec<Capability>>,
    ) -> Verdict {
        let found = self.allowed(actor, room, Capability::Moderate)?;
        let keeps =
            found.sort != Sort::Direct && (found.creator == Some(who) || self.owner == Some(who));
        let held = actor.participant().map(|me| self.may(found, me));
        let result = wanted.as_ref().unwrap_or(&found.defaults);
        let mut lacking = held.is_some_and(|held| result.iter().any(|one| !held.contains(one)));
        // Whether its machine runs commands is for those above it to say, or it was said before.
        let runs = |set: &Option<Vec<Capability>>| {
            set.as_ref()
                .is_some_and(|set| set.contains(&Capability::Execute))
        };
        let ran = found.seat(who).is_some_and(|seat| runs(&seat.special));
        let stranger = actor
            .participant()
            .is_some_and(|me| !self.line_of(who).contains(&me));
        lacking |= runs(&wanted) && !ran && stranger;
        if found.archived || !self.is_in(found, who) || keeps || lacking {
            return Err(No::Any);
        }
        if found.seat(who).and_then(|seat| seat.special.clone()) == wanted {
            return Ok(Vec::new());
        }
        let broadcast = found.sort == Sort::Broadcast;
        let members = &mut self.room_mut(room).members;
        match members.iter_mut().find(|seat| seat.who == who) {
            Some(_) if broadcast && wanted.is_none() => members.retain(|seat| seat.who != who),
            Some(seat) => seat.special = wanted,
            None => members.push(Seat {
                who,
                since: 0,
                special: wanted,
            }),
        }
        Ok(vec![event("room.member_capabilities_set")])
    }

    /// The room, if the actor may say something in it now.
    pub(super) fn speaks(&self, actor: Actor, room: RoomId) -> Result<ParticipantId, No> {
        let me = actor.participant().ok_or(No::Any)?;
        let found = self.allowed(actor, room, Capability::Speak)?;
        if found.archived {
            Err(No::Code(ErrorCode::Conflict))
        } else {
            Ok(me)
        }
    }

    /// The message as it is by now, whatever the evidence says: it may be out of date.
    pub(super) fn present(&self, actor: Actor, header: &MessageHeader) -> Result<Note, No> {
        let note = self
            .notes
            .iter()
            .find(|note| note.seq == header.message.0.0)
            .ok_or(No::Any)?;
        if let Some(me) = actor.participant() {
            let room = self.room(note.room).ok_or(No::Any)?;
            let seat = room.seat(me);
            if room.sort != Sort::Broadcast && seat.is_none() {
                return Err(No::Any);
            }
            if room.begins_at_join() && seat.is_some_and(|seat| seat.since > note.seq) {
                return Err(No::Code(ErrorCode::NotFound));
            }
        }
        Ok(note.clone())
    }

    pub fn judge_message(&mut self, actor: Actor, command: &Command) -> Verdict {
        match command {
            Command::Message(MessageCommand::Post(PostMessage {
                room,
                reply_to,
                body,
                ..
            })) => {
                let author = self.speaks(actor, *room)?;
                let mut thread = None;
                if let Some(header) = reply_to {
                    if header.room != *room {
                        return Err(No::Code(ErrorCode::NotFound));
                    }
                    let note = self.present(actor, header)?;
                    if note.deleted {
                        return Err(No::Code(ErrorCode::Gone));
                    }
                    thread = Some(note.thread.unwrap_or(header.message));
                }
                let seq = self.next();
                self.notes.push(Note {
                    seq,
                    room: *room,
                    author,
                    thread,
                    deleted: false,
                });
                Ok(vec![with("message.posted", body)])
            }
            Command::Message(MessageCommand::Edit { message, body, .. }) => {
                let me = self.speaks(actor, message.room)?;
                let note = self.present(actor, message)?;
                if note.author != me {
                    return Err(No::Code(ErrorCode::CapabilityDenied));
                }
                if note.deleted {
                    Err(No::Code(ErrorCode::Gone))
                } else {
                    let place = self.next();
                    self.edits.push((place, note.seq));
                    Ok(vec![with("message.edited", body)])
                }
            }
            Command::Message(MessageCommand::Delete { message, .. }) => self.delete(actor, message),
            Command::Message(MessageCommand::Redact {
                message, erased, ..
            }) => self.redact(actor, message, erased),
            Command::Message(MessageCommand::React {
                message,
                reaction,
                on,
                ..
            }) => self.sign(actor, message, reaction, *on),
            Command::Message(MessageCommand::Pin { message, on }) => self.pin(actor, message, *on),
            // The one mesh that it knows has no links.
            Command::Message(MessageCommand::Brought { .. }) => Err(No::Code(ErrorCode::NotFound)),
            Command::EventType(EventTypeCommand::Publish {
                room,
                name,
                version,
                body,
                ..
            }) => {
                self.speaks(actor, *room)?;
                let known = self
                    .types
                    .iter()
                    .any(|(known, last)| known == name && (1..=*last).contains(version));
                if known {
                    Ok(vec![with("event.published", body)])
                } else {
                    Err(No::Any)
                }
            }
            _ => Err(No::Any),
        }
    }

    /// The message, if the actor is its author or moderates its room.
    fn held(&self, actor: Actor, message: &MessageHeader) -> Result<(Note, bool), No> {
        let room = self.known(actor, message.room)?;
        let note = self.present(actor, message)?;
        let me = actor.participant();
        let mods = actor == Actor::Node
            || me.is_some_and(|me| self.may(room, me).contains(&Capability::Moderate));
        if me != Some(note.author) && !mods {
            return Err(No::Code(ErrorCode::CapabilityDenied));
        }
        Ok((note, room.archived))
    }

    fn take_out(&mut self, seq: u64) {
        for note in self.notes.iter_mut().filter(|note| note.seq == seq) {
            note.deleted = true;
        }
        self.signs.retain(|(of, ..)| *of != seq);
        for room in &mut self.rooms {
            room.pins.retain(|pin| *pin != seq);
        }
    }

    fn delete(&mut self, actor: Actor, message: &MessageHeader) -> Verdict {
        let (note, archived) = self.held(actor, message)?;
        if note.deleted {
            return Ok(Vec::new());
        }
        if archived {
            return Err(No::Any);
        }
        self.take_out(note.seq);
        Ok(vec![event("message.deleted")])
    }

    /// What was deleted can still be erased, also in a room that is out of use.
    fn redact(&mut self, actor: Actor, message: &MessageHeader, erased: &[Seq]) -> Verdict {
        let (note, _) = self.held(actor, message)?;
        self.take_out(note.seq);
        self.erased.extend(erased.iter().map(|place| place.0));
        Ok(vec![event("message.redacted")])
    }

    pub fn register_type(&mut self, name: &str, schema: &Content) -> Vec<Event> {
        match self.types.iter_mut().find(|(known, _)| known == name) {
            Some((_, version)) => *version += 1,
            None => self.types.push((name.to_owned(), 1)),
        }
        vec![with("event_type.registered", schema)]
    }
}

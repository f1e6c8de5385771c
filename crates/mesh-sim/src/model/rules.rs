//! The reference's rules of participants, groups and sessions; who may act at all.

use mesh_model::command::{
    CreateInvite, CreateMesh, CredentialCommand, EventTypeCommand, GroupCommand, InviteCommand,
    IssueCredential, MeshCommand, MessageCommand, ParticipantCommand, PostMessage, RedeemInvite,
    SessionCommand,
};
use mesh_model::events::SessionEnd;
use mesh_model::limits::PARENT_DEPTH_MAX;
use mesh_model::{
    Actor, Command, CredentialId, ErrorCode, GroupId, ParticipantId, Permission, RoomId,
};

use super::{Asked, Event, Model, No, Person, Sort, Verdict, event, with};

impl Model {
    /// Who may act is checked first, then the noun's rules.
    pub fn judge(&mut self, asked: &Asked) -> Verdict {
        let Asked {
            command,
            actor,
            requires,
            ..
        } = asked;
        if let Command::Mesh(MeshCommand::Create(CreateMesh { .. })) = command {
            return self.create_mesh(command);
        }
        let held = self.permissions(*actor).ok_or(No::Any)?;
        if requires.is_some_and(|needed| !held.contains(&needed)) {
            return Err(No::Code(ErrorCode::PermissionDenied));
        }
        let redeems = matches!(
            command,
            Command::Invite(InviteCommand::Redeem(RedeemInvite { .. }))
        );
        if matches!(actor, Actor::Invite(_)) != redeems {
            return Err(No::Any);
        }
        match command {
            Command::Participant(ParticipantCommand::Register { .. })
            | Command::Participant(ParticipantCommand::Disable { .. })
            | Command::Participant(ParticipantCommand::Enable { .. }) => {
                self.judge_person(*actor, &held, command)
            }
            Command::Group(GroupCommand::Create { .. })
            | Command::Group(GroupCommand::Delete { .. })
            | Command::Group(GroupCommand::Add { .. })
            | Command::Group(GroupCommand::Remove { .. }) => {
                self.judge_group(*actor, &held, command)
            }
            Command::Message(MessageCommand::Post(PostMessage { .. }))
            | Command::Message(MessageCommand::Edit { .. })
            | Command::Message(MessageCommand::Delete { .. })
            | Command::Message(MessageCommand::Redact { .. })
            | Command::Message(MessageCommand::React { .. })
            | Command::Message(MessageCommand::Pin { .. })
            | Command::Message(MessageCommand::Brought { .. })
            | Command::EventType(EventTypeCommand::Publish { .. }) => {
                self.judge_message(*actor, command)
            }
            Command::Session(SessionCommand::Open { .. })
            | Command::Session(SessionCommand::Close { .. }) => {
                self.judge_session(*actor, &held, command)
            }
            Command::Credential(CredentialCommand::Issue(IssueCredential { .. }))
            | Command::Credential(CredentialCommand::Revoke { .. }) => {
                self.judge_token(*actor, &held, command)
            }
            Command::Invite(InviteCommand::Create(CreateInvite { .. }))
            | Command::Invite(InviteCommand::Redeem(RedeemInvite { .. }))
            | Command::Invite(InviteCommand::Revoke { .. }) => {
                self.judge_letter(*actor, &held, command)
            }
            Command::EventType(EventTypeCommand::Register { name, schema }) => {
                Ok(self.register_type(name, schema))
            }
            Command::Journal(command) => self.judge_journal(*actor, command),
            Command::Clock(command) => self.judge_clock(*actor, command),
            _ => self.judge_room(*actor, command),
        }
    }

    fn create_mesh(&mut self, command: &Command) -> Verdict {
        let Command::Mesh(MeshCommand::Create(CreateMesh {
            owner,
            owner_handle,
            general,
            broadcast,
            profile,
            ..
        })) = command
        else {
            return Err(No::Any);
        };
        if self.owner.is_some() {
            return Err(No::Any);
        }
        self.owner = Some(*owner);
        self.people.push(Person {
            id: *owner,
            handle: owner_handle.clone(),
            parent: None,
            disabled_by: None,
            disabled: false,
        });
        self.open(
            *general,
            Sort::Listed,
            Some("general".into()),
            Some(*owner),
            Vec::new(),
        );
        self.sit_at(*general, *owner, 3);
        self.open(
            *broadcast,
            Sort::Broadcast,
            Some("broadcast".into()),
            Some(*owner),
            Vec::new(),
        );
        Ok(vec![
            event("mesh.created"),
            with("participant.registered", profile),
            event("room.created"),
            event("room.created"),
        ])
    }

    /// The actor itself, or somebody below it.
    pub(super) fn owns(&self, actor: Actor, who: ParticipantId) -> bool {
        actor
            .participant()
            .is_some_and(|me| self.line_of(who).contains(&me))
    }

    pub(super) fn newcomer(
        &mut self,
        id: ParticipantId,
        handle: &str,
        parent: ParticipantId,
    ) -> Result<(), No> {
        let taken = self
            .people
            .iter()
            .any(|other| other.id == id || other.handle == handle);
        if taken || self.line_of(parent).len() > PARENT_DEPTH_MAX {
            return Err(No::Any);
        }
        let handle = handle.to_owned();
        self.people.push(Person {
            id,
            handle,
            parent: Some(parent),
            disabled_by: None,
            disabled: false,
        });
        Ok(())
    }

    fn judge_person(&mut self, actor: Actor, held: &[Permission], command: &Command) -> Verdict {
        let admin = held.contains(&Permission::AgentsAdmin);
        match command {
            Command::Participant(ParticipantCommand::Register {
                participant,
                handle,
                parent,
                profile,
                ..
            }) => {
                let me = actor.participant().ok_or(No::Any)?;
                let parent = parent.unwrap_or(me);
                if parent != me && (!admin || !self.is_up(parent)) {
                    return Err(No::Any);
                }
                self.newcomer(*participant, handle, parent)?;
                Ok(vec![with("participant.registered", profile)])
            }
            Command::Participant(ParticipantCommand::Disable { participant }) => {
                let may = admin || self.owns(actor, *participant);
                if self.person(*participant).is_none() || self.owner == Some(*participant) || !may {
                    return Err(No::Any);
                }
                self.disable(actor, *participant)
            }
            Command::Participant(ParticipantCommand::Enable { participant }) => {
                let Some(person) = self.person(*participant) else {
                    return Err(No::Any);
                };
                let (disabled, by) = (person.disabled, person.disabled_by);
                let is_owner = self.owner == Some(*participant);
                if (is_owner && !matches!(actor, Actor::Owner(_)))
                    || !(admin || self.owns(actor, *participant))
                {
                    return Err(No::Any);
                }
                if !disabled {
                    return Ok(Vec::new());
                }
                if !admin && !by.is_some_and(|by| self.owns(actor, by)) {
                    return Err(No::Any);
                }
                for person in self
                    .people
                    .iter_mut()
                    .filter(|person| person.id == *participant)
                {
                    person.disabled = false;
                }
                Ok(vec![event("participant.enabled")])
            }
            _ => Err(No::Any),
        }
    }

    fn disable(&mut self, actor: Actor, who: ParticipantId) -> Verdict {
        let person = self
            .people
            .iter_mut()
            .find(|person| person.id == who)
            .ok_or(No::Any)?;
        if person.disabled {
            return Ok(Vec::new());
        }
        person.disabled = true;
        person.disabled_by = actor.participant();
        let mut events = vec![event("participant.disabled")];
        let below: Vec<_> = self
            .people
            .iter()
            .map(|person| person.id)
            .filter(|id| self.line_of(*id).contains(&who))
            .collect();
        events.extend(self.end_sessions(|holder, _| below.contains(&holder)));
        Ok(events)
    }

    pub(super) fn end_sessions(
        &mut self,
        ends: impl Fn(ParticipantId, Option<CredentialId>) -> bool,
    ) -> Vec<Event> {
        let before = self.sessions.len();
        self.sessions
            .retain(|(_, holder, token)| !ends(*holder, *token));
        (self.sessions.len()..before)
            .map(|_| event("session.closed"))
            .collect()
    }

    fn judge_group(&mut self, actor: Actor, held: &[Permission], command: &Command) -> Verdict {
        let admin = held.contains(&Permission::AgentsAdmin);
        match command {
            Command::Group(GroupCommand::Create { group, name, room }) => {
                let me = actor.participant().ok_or(No::Any)?;
                let taken = self
                    .groups
                    .iter()
                    .any(|(id, other, ..)| id == group || other == name)
                    || self.room(*room).is_some()
                    || self.is_room_name_taken(name);
                if !admin || taken {
                    return Err(No::Any);
                }
                self.groups.push((*group, name.clone(), *room, vec![me]));
                self.open(*room, Sort::Group, Some(name.clone()), Some(me), Vec::new());
                let second = self.next() + 1;
                self.sit_at(*room, me, second);
                Ok(vec![
                    event("group.created"),
                    event("room.created"),
                    event("group.member_added"),
                ])
            }
            Command::Group(GroupCommand::Delete { group }) => {
                let (_, room, _) = self.group(*group)?;
                if !admin {
                    return Err(No::Any);
                }
                self.groups.retain(|(id, ..)| id != group);
                // The name is free; the room stays for those who are in it.
                let found = self.room_mut(room);
                found.archived = true;
                found.name = None;
                Ok(vec![event("group.deleted"), event("room.archived")])
            }
            Command::Group(GroupCommand::Add { group, participant }) => {
                let (at, room, members) = self.group(*group)?;
                let person = self.person(*participant).ok_or(No::Any)?;
                if !admin {
                    return Err(No::Any);
                }
                if members.contains(participant) {
                    return Ok(Vec::new());
                }
                let stranger = actor
                    .participant()
                    .is_some_and(|me| !self.line_of(*participant).contains(&me));
                if person.disabled || stranger {
                    return Err(No::Any);
                }
                self.groups[at].3.push(*participant);
                let second = self.next() + 1;
                let mut events = vec![event("group.member_added")];
                events.extend(self.comes_at(room, *participant, second));
                Ok(events)
            }
            Command::Group(GroupCommand::Remove { group, participant }) => {
                let (at, room, members) = self.group(*group)?;
                let itself = actor.participant() == Some(*participant);
                if !itself && (!admin || self.person(*participant).is_none()) {
                    return Err(No::Any);
                }
                if !members.contains(participant) {
                    return Ok(Vec::new());
                }
                self.groups[at].3.retain(|id| id != participant);
                self.rise(room, *participant);
                Ok(vec![
                    event("group.member_removed"),
                    event("room.member_left"),
                ])
            }
            _ => Err(No::Any),
        }
    }

    fn group(&self, group: GroupId) -> Result<(usize, RoomId, Vec<ParticipantId>), No> {
        let at = self
            .groups
            .iter()
            .position(|(id, ..)| *id == group)
            .ok_or(No::Any)?;
        let (_, _, room, members) = &self.groups[at];
        Ok((at, *room, members.clone()))
    }

    fn judge_session(&mut self, actor: Actor, held: &[Permission], command: &Command) -> Verdict {
        match command {
            Command::Session(SessionCommand::Open { session, client }) => {
                let me = actor.participant().ok_or(No::Any)?;
                let token = match actor {
                    Actor::Credential(_, token) => Some(token),
                    _ => None,
                };
                match self.sessions.iter().find(|(id, ..)| id == session) {
                    Some((_, holder, _)) if *holder == me => Ok(Vec::new()),
                    Some(_) => Err(No::Code(ErrorCode::SessionConflict)),
                    None => {
                        self.sessions.push((*session, me, token));
                        Ok(vec![with("session.opened", client)])
                    }
                }
            }
            Command::Session(SessionCommand::Close { session, reason }) => {
                assert_ne!(
                    *reason,
                    SessionEnd::Revoked,
                    "only the core closes sessions for that reason"
                );
                let open = self.sessions.iter().find(|(id, ..)| id == session);
                let Some((_, holder, _)) = open else {
                    return if actor == Actor::Node {
                        Ok(Vec::new())
                    } else {
                        Err(No::Code(ErrorCode::NotFound))
                    };
                };
                let may = actor == Actor::Node
                    || self.owns(actor, *holder)
                    || held.contains(&Permission::AgentsAdmin);
                if !may {
                    return Err(No::Code(ErrorCode::NotFound));
                }
                self.sessions.retain(|(id, ..)| id != session);
                Ok(vec![event("session.closed")])
            }
            _ => Err(No::Any),
        }
    }
}

//! The reference's rules of participants, credentials, groups, sessions and invites.

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

use super::{Asked, Event, Letter, Model, No, Person, Sort, Token, Verdict, event, with};

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
    fn owns(&self, actor: Actor, who: ParticipantId) -> bool {
        actor
            .participant()
            .is_some_and(|me| self.line_of(who).contains(&me))
    }

    fn newcomer(
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

    fn end_sessions(
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

    /// Nobody grants what they lack; what rules the mesh is granted by the owner alone.
    fn may_grant(actor: Actor, held: &[Permission], wanted: &[Permission]) -> bool {
        let admin = wanted
            .iter()
            .any(|permission| permission.name().starts_with("admin:"));
        wanted.iter().all(|permission| held.contains(permission))
            && (!admin || matches!(actor, Actor::Owner(_)))
    }

    fn judge_token(&mut self, actor: Actor, held: &[Permission], command: &Command) -> Verdict {
        let admin = held.contains(&Permission::AdminTokens);
        match command {
            Command::Credential(CredentialCommand::Issue(IssueCredential {
                credential,
                participant,
                permissions,
                expires,
                label,
                ..
            })) => {
                let wanted: Vec<_> = permissions.iter().collect();
                let person = self.person(*participant).ok_or(No::Any)?;
                let for_owner =
                    self.owner == Some(*participant) && !matches!(actor, Actor::Owner(_));
                let fits = !person.disabled
                    && !for_owner
                    && (admin || self.owns(actor, *participant))
                    && Self::may_grant(actor, held, &wanted)
                    && expires.is_none_or(|at| at.0 > self.now)
                    && !self.tokens.iter().any(|token| token.id == *credential);
                if !fits {
                    return Err(No::Any);
                }
                let maker = made_with(actor);
                if maker.is_some_and(|maker| self.roots(maker).len() >= 16) {
                    return Err(No::Any);
                }
                self.tokens.push(Token {
                    id: *credential,
                    holder: *participant,
                    issuer: actor.participant(),
                    maker,
                    permissions: wanted,
                    expires: expires.map(|at| at.0),
                    revoked: false,
                });
                Ok(vec![with("credential.issued", label)])
            }
            Command::Credential(CredentialCommand::Revoke { credential }) => {
                let token = self.tokens.iter().find(|token| token.id == *credential);
                let token = token.ok_or(No::Code(ErrorCode::NotFound))?;
                let own = self.owns(actor, token.holder)
                    || (actor.participant().is_some() && token.issuer == actor.participant());
                if !own && !admin {
                    return Err(No::Code(ErrorCode::NotFound));
                }
                if !own && self.owner == Some(token.holder) {
                    return Err(No::Any);
                }
                if token.revoked {
                    return Ok(Vec::new());
                }
                for token in self
                    .tokens
                    .iter_mut()
                    .filter(|token| token.id == *credential)
                {
                    token.revoked = true;
                }
                let mut events = vec![event("credential.revoked")];
                let ended: Vec<_> = self
                    .tokens
                    .iter()
                    .map(|token| token.id)
                    .filter(|id| self.roots(*id).iter().any(|root| root.id == *credential))
                    .collect();
                events.extend(
                    self.end_sessions(|_, token| token.is_some_and(|token| ended.contains(&token))),
                );
                Ok(events)
            }
            _ => Err(No::Any),
        }
    }

    fn judge_letter(&mut self, actor: Actor, held: &[Permission], command: &Command) -> Verdict {
        match command {
            Command::Invite(InviteCommand::Create(CreateInvite {
                invite,
                permissions,
                uses,
                expires,
                room,
                label,
                ..
            })) => {
                let me = actor.participant().ok_or(No::Any)?;
                let wanted: Vec<_> = permissions.iter().collect();
                let room_fits = room.is_none_or(|room| {
                    self.room(room).is_some_and(|room| {
                        let mods = self
                            .may(room, me)
                            .contains(&mesh_model::Capability::Moderate);
                        !room.archived
                            && (room.sort == Sort::Listed || (room.sort == Sort::Private && mods))
                    })
                });
                let fits = Self::may_grant(actor, held, &wanted)
                    && (1..=1000).contains(uses)
                    && expires.is_none_or(|at| at.0 > self.now)
                    && room_fits
                    && !self.letters.iter().any(|letter| letter.id == *invite);
                if !fits {
                    return Err(No::Any);
                }
                self.letters.push(Letter {
                    id: *invite,
                    creator: me,
                    maker: made_with(actor),
                    permissions: wanted,
                    uses: *uses as usize,
                    expires: expires.map(|at| at.0),
                    room: *room,
                    revoked: false,
                    came: Vec::new(),
                });
                Ok(vec![with("invite.created", label)])
            }
            Command::Invite(InviteCommand::Redeem(RedeemInvite { .. })) => {
                self.redeem(actor, command)
            }
            Command::Invite(InviteCommand::Revoke { invite }) => {
                let letter = self.letters.iter().find(|letter| letter.id == *invite);
                let letter = letter.ok_or(No::Code(ErrorCode::NotFound))?;
                if !self.owns(actor, letter.creator) && !held.contains(&Permission::AdminTokens) {
                    return Err(No::Code(ErrorCode::NotFound));
                }
                if letter.revoked {
                    return Ok(Vec::new());
                }
                for letter in self
                    .letters
                    .iter_mut()
                    .filter(|letter| letter.id == *invite)
                {
                    letter.revoked = true;
                }
                Ok(vec![event("invite.revoked")])
            }
            _ => Err(No::Any),
        }
    }

    fn redeem(&mut self, actor: Actor, command: &Command) -> Verdict {
        let Command::Invite(InviteCommand::Redeem(RedeemInvite {
            invite,
            participant,
            handle,
            key,
            credential,
            profile,
            label,
        })) = command
        else {
            return Err(No::Any);
        };
        let letter = self
            .letters
            .iter()
            .find(|letter| letter.id == *invite)
            .ok_or(No::Any)?
            .clone();
        let token_taken = self.tokens.iter().any(|token| token.id == *credential);
        if actor != Actor::Invite(*invite) || token_taken || !self.is_up(letter.creator) {
            return Err(No::Any);
        }
        if letter
            .maker
            .is_some_and(|maker| self.roots(maker).len() >= 16)
        {
            return Err(No::Any);
        }
        let token = |holder| Token {
            id: *credential,
            holder,
            issuer: None,
            maker: letter.maker,
            permissions: letter.permissions.clone(),
            expires: None,
            revoked: false,
        };
        if let Some((_, known)) = letter.came.iter().find(|(came, _)| came == key) {
            let back = self.is_up(*known)
                && !self
                    .tokens
                    .iter()
                    .any(|token| token.holder == *known && token.revoked);
            if !back {
                return Err(No::Any);
            }
            self.tokens.push(token(*known));
            return Ok(vec![with("credential.issued", label)]);
        }
        if letter.came.len() >= letter.uses {
            return Err(No::Code(ErrorCode::Gone));
        }
        self.newcomer(*participant, handle, letter.creator)?;
        let mut events = vec![
            with("participant.registered", profile),
            event("invite.redeemed"),
        ];
        if let Some(room) = letter
            .room
            .and_then(|room| self.room(room))
            .filter(|room| !room.archived)
        {
            let (room, third) = (room.id, self.next() + 2);
            self.sit_at(room, *participant, third);
            events.push(event("room.member_joined"));
        }
        self.tokens.push(token(*participant));
        for letter in self
            .letters
            .iter_mut()
            .filter(|letter| letter.id == *invite)
        {
            letter.came.push((*key, *participant));
        }
        events.push(with("credential.issued", label));
        Ok(events)
    }
}

/// The token by which whatever the actor makes is made.
fn made_with(actor: Actor) -> Option<CredentialId> {
    match actor {
        Actor::Credential(_, token) => Some(token),
        _ => None,
    }
}

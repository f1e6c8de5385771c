//! The reference's rules of tokens and of invites.

use mesh_model::command::{
    CreateInvite, CredentialCommand, InviteCommand, IssueCredential, RedeemInvite,
};
use mesh_model::{Actor, Command, CredentialId, ErrorCode, Permission};

use super::{Letter, Model, No, Sort, Token, Verdict, event, with};

impl Model {
    /// Nobody grants what they lack; what rules the mesh is granted by the owner alone.
    fn may_grant(actor: Actor, held: &[Permission], wanted: &[Permission]) -> bool {
        let admin = wanted
            .iter()
            .any(|permission| permission.name().starts_with("admin:"));
        wanted.iter().all(|permission| held.contains(permission))
            && (!admin || matches!(actor, Actor::Owner(_)))
    }

    pub(super) fn judge_token(
        &mut self,
        actor: Actor,
        held: &[Permission],
        command: &Command,
    ) -> Verdict {
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

    pub(super) fn judge_letter(
        &mut self,
        actor: Actor,
        held: &[Permission],
        command: &Command,
    ) -> Verdict {
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

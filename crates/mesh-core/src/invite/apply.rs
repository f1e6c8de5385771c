//! What the events of invites do to the state.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use mesh_model::Actor;
use mesh_model::events::{InviteCreated, InviteFacts, InviteRedeemed, InviteRevoked};

use crate::{Access, Invite, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &InviteFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        InviteFacts::Created(facts) => created(access, facts, &event.by.actor),
        InviteFacts::Redeemed(facts) => redeemed(access, facts),
        InviteFacts::Revoked(facts) => revoked(access, facts),
    }
}

fn created(access: &mut Access, facts: &InviteCreated, by: &Actor) {
    if access.invites.contains_key(&facts.invite) {
        return;
    }
    let invite = Invite {
        id: facts.invite,
        creator: by.participant(),
        maker: access.bound_by(by),
        kind: facts.kind,
        permissions: facts.permissions,
        uses: facts.uses,
        expires: facts.expires,
        room: facts.room,
        trust: facts.trust,
        role: facts.role,
        revoked: false,
        redeemed: OrdMap::new(),
        users: OrdSet::new(),
    };
    access.invites.insert(facts.invite, Arc::new(invite));
}

fn redeemed(access: &mut Access, facts: &InviteRedeemed) {
    if let Some(invite) = access.invites.get_mut(&facts.invite) {
        let invite = Arc::make_mut(invite);
        match facts.key {
            Some(key) => drop(invite.redeemed.insert(key, facts.participant)),
            None => drop(invite.users.insert(facts.participant)),
        }
    }
}

fn revoked(access: &mut Access, facts: &InviteRevoked) {
    if let Some(invite) = access.invites.get_mut(&facts.invite) {
        Arc::make_mut(invite).revoked = true;
    }
}

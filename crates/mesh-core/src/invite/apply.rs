//! What the events of invites do to the state.

use std::sync::Arc;

use imbl::OrdMap;
use mesh_model::Actor;
use mesh_model::events::{InviteCreated, InviteRedeemed, InviteRevoked};

use crate::{Access, Invite};

pub fn created(access: &mut Access, facts: &InviteCreated, by: &Actor) {
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
        revoked: false,
        redeemed: OrdMap::new(),
    };
    access.invites.insert(facts.invite, Arc::new(invite));
}

pub fn redeemed(access: &mut Access, facts: &InviteRedeemed) {
    if let Some(invite) = access.invites.get_mut(&facts.invite) {
        Arc::make_mut(invite)
            .redeemed
            .insert(facts.key, facts.participant);
    }
}

pub fn revoked(access: &mut Access, facts: &InviteRevoked) {
    if let Some(invite) = access.invites.get_mut(&facts.invite) {
        Arc::make_mut(invite).revoked = true;
    }
}

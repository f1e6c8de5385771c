//! Takes stored facts into the state. Total: whatever the log holds is taken as it stands, in the
//! order of the log; facts that fit nothing (possible only in a log written by others) change
//! nothing.

use mesh_model::events::{By, Facts};
use mesh_model::{Actor, Millis, ParticipantId, Seq};

use crate::{
    Access, State, credential, event_type, group, invite, mesh, participant, room, session,
};

/// One event as the log holds it, without its content.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// Its place in the log.
    pub seq: Seq,
    /// When it was decided.
    pub at: Millis,
    /// Who did it.
    pub by: &'a By,
    /// What happened.
    pub facts: &'a Facts,
}

impl Stored<'_> {
    /// The participant that did it.
    pub(crate) fn participant(&self) -> Option<ParticipantId> {
        self.by.actor.participant()
    }

    /// The credential by which it was done.
    pub(crate) fn credential(&self) -> Option<mesh_model::CredentialId> {
        match self.by.actor {
            Actor::Credential(_, credential) => Some(credential),
            _ => None,
        }
    }
}

/// Takes one event into the state. Never fails, never panics.
pub fn apply(state: &mut State, event: &Stored<'_>) {
    let recent = &mut state.recent;
    recent.head = event.seq;
    recent.time_ms = recent.time_ms.max(event.at.0);
    if let (Some(participant), Some(key)) = (event.participant(), event.by.key) {
        recent
            .keyed
            .entry(participant)
            .or_default()
            .remember(key, event.seq);
    }
    match event.facts {
        // Messages are most of any log; they change nothing that others read.
        Facts::MessagePosted(_) | Facts::MessageEdited(_) | Facts::EventPublished(_) => {}
        Facts::MessageDeleted(facts) => recent.deleted.remember(facts.message, event.seq),
        Facts::Refused(_) | Facts::UserPasswordChanged(_) => {}
        _ => {
            state.access.changed = event.seq;
            apply_access(&mut state.access, event);
        }
    }
}

fn apply_access(access: &mut Access, event: &Stored<'_>) {
    match event.facts {
        Facts::MeshCreated(facts) => mesh::created(access, facts),
        Facts::VaultReplaced(facts) => mesh::vault_replaced(access, facts),
        Facts::ParticipantRegistered(facts) => participant::registered(access, facts, event.seq),
        Facts::ParticipantUpdated(facts) => participant::updated(access, facts),
        Facts::ParticipantRolesSet(facts) => participant::roles_set(access, facts),
        Facts::ParticipantDisabled(facts) => {
            participant::disabled(access, facts, event.participant());
        }
        Facts::ParticipantEnabled(facts) => participant::enabled(access, facts),
        Facts::UserCreated(facts) => participant::user_set(access, facts.participant, facts.role),
        Facts::UserRoleSet(facts) => participant::user_set(access, facts.participant, facts.role),
        Facts::GroupCreated(facts) => group::created(access, facts),
        Facts::GroupDeleted(facts) => group::deleted(access, facts),
        Facts::GroupMemberAdded(facts) => group::member_added(access, facts, event.seq),
        Facts::GroupMemberRemoved(facts) => group::member_removed(access, facts),
        Facts::RoomCreated(facts) => room::created(access, facts, event.seq),
        Facts::RoomUpdated(facts) => room::updated(access, facts),
        Facts::RoomArchived(facts) => room::archived(access, facts.room, true),
        Facts::RoomRestored(facts) => room::archived(access, facts.room, false),
        Facts::RoomMemberJoined(facts) => room::member_joined(access, facts, event.seq),
        Facts::RoomMemberLeft(facts) => room::member_left(access, facts),
        Facts::RoomMemberCapabilitiesSet(facts) => room::capabilities_set(access, facts),
        Facts::RoomDefaultsSet(facts) => room::defaults_set(access, facts),
        Facts::SessionOpened(facts) => {
            session::opened(access, facts, event.credential(), event.seq);
        }
        Facts::SessionClosed(facts) => session::closed(access, facts),
        Facts::CredentialIssued(facts) => credential::issued(access, facts, event.participant()),
        Facts::CredentialRevoked(facts) => credential::revoked(access, facts),
        Facts::InviteCreated(facts) => invite::created(access, facts, event.participant()),
        Facts::InviteRedeemed(facts) => invite::redeemed(access, facts),
        Facts::InviteRevoked(facts) => invite::revoked(access, facts),
        Facts::EventTypeRegistered(facts) => event_type::registered(access, facts, event.seq),
        Facts::Refused(_)
        | Facts::UserPasswordChanged(_)
        | Facts::MessagePosted(_)
        | Facts::MessageEdited(_)
        | Facts::MessageDeleted(_)
        | Facts::EventPublished(_) => {}
    }
}

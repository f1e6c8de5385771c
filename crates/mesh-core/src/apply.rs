//! Takes stored facts into the state. Total: whatever the log holds is taken as it stands, in the
//! order of the log; facts that fit nothing (possible only in a log written by others) change
//! nothing.

use mesh_model::events::{By, Facts, RoomPolicySet, RoomSlowModeSet};
use mesh_model::{Actor, Millis, ParticipantId, Seq};

use crate::{
    Access, State, credential, event_type, group, identity, invite, mesh, message, participant,
    quarantine, room, session,
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
    if state.work.apply(event) {
        if let Facts::TaskCreated(facts) = event.facts {
            message::paced(&state.access, recent, facts.room, event);
        }
        return;
    }
    match event.facts {
        // Messages are most of any log; they change nothing that others read.
        Facts::MessagePosted(facts) if facts.released.is_none() => {
            message::paced(&state.access, recent, facts.room, event);
        }
        Facts::EventPublished(facts) => {
            message::paced(&state.access, recent, facts.room, event);
        }
        Facts::MessagePosted(_) | Facts::MessageEdited(_) | Facts::MessageRescanned(_) => {}
        Facts::MessageDeleted(facts) => recent.deleted.remember(facts.message, event.seq),
        Facts::MessageRedacted(facts) => recent.deleted.remember(facts.message, event.seq),
        Facts::MessageQuarantined(facts) => {
            message::paced(&state.access, recent, facts.message.room, event);
            quarantine::waits(recent, facts, event);
        }
        Facts::MessageReviewed(facts) => {
            recent.waiting.remove(&facts.message);
        }
        Facts::Refused(_) | Facts::UserPasswordChanged(_) => {}
        _ => {
            if let Facts::RoomPolicySet(RoomPolicySet { room, .. })
            | Facts::RoomSlowModeSet(RoomSlowModeSet { room, .. }) = event.facts
            {
                recent.paces.forget(*room);
            }
            state.access.changed = event.seq;
            apply_access(&mut state.access, event);
        }
    }
}

fn apply_access(access: &mut Access, event: &Stored<'_>) {
    match event.facts {
        Facts::MeshCreated(facts) => mesh::created(access, facts),
        Facts::VaultReplaced(facts) => mesh::vault_replaced(access, facts),
        Facts::ParticipantRegistered(facts) => participant::registered(access, facts, event),
        Facts::ParticipantUpdated(facts) => participant::updated(access, facts),
        Facts::ParticipantRolesSet(facts) => participant::roles_set(access, facts),
        Facts::ParticipantDisabled(facts) => {
            participant::disabled(access, facts, event.participant());
        }
        Facts::ParticipantEnabled(facts) => participant::enabled(access, facts),
        Facts::ParticipantKeyAdded(facts) => identity::added(access, facts, event.seq),
        Facts::ParticipantKeyRevoked(facts) => {
            identity::revoked(access, facts.participant, &facts.key, event.seq);
        }
        Facts::ParticipantTrustSet(facts) => participant::trust_set(access, facts),
        Facts::LimitsSet(facts) => access.limits = facts.limits,
        Facts::SecretSet(facts) => mesh::secret_set(access, facts, event.seq),
        Facts::SecretRemoved(facts) => {
            access.secrets.remove(facts.name.as_str());
        }
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
        Facts::RoomMemberCapabilitiesSet(facts) => room::capabilities_set(access, facts, event.seq),
        Facts::RoomDefaultsSet(facts) => room::defaults_set(access, facts, event.seq),
        Facts::RoomPolicySet(facts) => room::policy_set(access, facts, event),
        Facts::RoomSlowModeSet(facts) => room::slow_mode_set(access, facts, event.seq),
        Facts::RoomTransferred(facts) => room::transferred(access, facts),
        Facts::RoomHoldSet(facts) => room::hold_set(access, facts),
        Facts::RoomExpired(facts) => room::expired(access, facts),
        Facts::RoomMemberMuted(facts) => room::muted(access, facts, event.seq),
        Facts::RoomMemberUnmuted(facts) => room::unmuted(access, facts),
        Facts::RoomMemberBanned(facts) => room::banned(access, facts, event.seq),
        Facts::RoomMemberUnbanned(facts) => room::unbanned(access, facts),
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
        | Facts::MessageQuarantined(_)
        | Facts::MessageReviewed(_)
        | Facts::MessageRedacted(_)
        | Facts::MessageRescanned(_)
        | Facts::EventPublished(_)
        | Facts::TaskCreated(_)
        | Facts::TaskLinked(_)
        | Facts::TaskQueued(_)
        | Facts::TaskTaken(_)
        | Facts::TaskLeaseExtended(_)
        | Facts::TaskStarted(_)
        | Facts::TaskProgressed(_)
        | Facts::TaskHandedOff(_)
        | Facts::TaskAttemptFailed(_)
        | Facts::TaskFinished(_)
        | Facts::TaskDecided(_)
        | Facts::TaskConfirmed(_)
        | Facts::TaskSkipped(_)
        | Facts::TaskCancelled(_)
        | Facts::TaskPaused(_)
        | Facts::TaskResumed(_)
        | Facts::TaskRetried(_)
        | Facts::TaskAssigned(_)
        | Facts::TaskResolved(_)
        | Facts::TaskUrgencyRaised(_)
        | Facts::WorkerEnrolled(_)
        | Facts::WorkerLeft(_)
        | Facts::WorkerModeSet(_)
        | Facts::WorkerLimitsSet(_)
        | Facts::DispatchStopped(_)
        | Facts::DispatchResumed(_)
        | Facts::BudgetSet(_)
        | Facts::BudgetWarned(_)
        | Facts::ApprovalRequested(_)
        | Facts::ApprovalDecided(_)
        | Facts::ApprovalExpired(_)
        | Facts::TemplateCreated(_)
        | Facts::TemplateDeleted(_)
        | Facts::ContextSet(_)
        | Facts::ContextRemoved(_)
        | Facts::MemoryKept(_)
        | Facts::MemoryForgotten(_)
        | Facts::TaskRedacted(_)
        | Facts::ToolCalled(_) => {}
    }
}

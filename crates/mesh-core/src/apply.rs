//! Takes stored facts into the state. Total: whatever the log holds is taken as it stands, in the
//! order of the log; facts that fit nothing (possible only in a log written by others) change
//! nothing.

use mesh_model::events::{
    ApprovalFacts, BudgetFacts, By, ContextFacts, CredentialFacts, DispatchFacts, EventTypeFacts,
    Facts, GroupFacts, GuardFacts, IdentityFacts, InviteFacts, MemoryFacts, MeshFacts,
    MessageFacts, ParticipantFacts, PolicyFacts, QuarantineFacts, RoomFacts, RoomPolicySet,
    RoomSlowModeSet, SecretFacts, SessionFacts, TaskFacts, TemplateFacts, ToolFacts, UserFacts,
    WorkerFacts,
};
use mesh_model::{Actor, Millis, ParticipantId, Seq};

use crate::{
    Access, State, consent, credential, event_type, group, identity, invite, mesh, message,
    participant, policy, quarantine, room, secret, session, user,
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
        if let Facts::Task(TaskFacts::Created(facts)) = event.facts {
            message::paced(&state.access, recent, facts.room, event);
        }
        return;
    }
    match event.facts {
        // Messages are most of any log; they change nothing that others read.
        Facts::Message(MessageFacts::Posted(facts)) if facts.released.is_none() => {
            message::paced(&state.access, recent, facts.room, event);
        }
        Facts::EventType(EventTypeFacts::Published(facts)) => {
            message::paced(&state.access, recent, facts.room, event);
        }
        Facts::Message(MessageFacts::Edited(facts)) => {
            message::paced(&state.access, recent, facts.room, event);
        }
        Facts::Message(MessageFacts::Posted(_)) | Facts::Guard(GuardFacts::Rescanned(_)) => {}
        Facts::Message(MessageFacts::Deleted(facts)) => {
            recent.deleted.remember(facts.message, event.seq)
        }
        Facts::Message(MessageFacts::Redacted(facts)) => {
            recent.deleted.remember(facts.message, event.seq)
        }
        Facts::Quarantine(QuarantineFacts::Waits(facts)) => {
            message::paced(&state.access, recent, facts.message.room, event);
            quarantine::waits(recent, facts, event);
        }
        Facts::Quarantine(QuarantineFacts::Reviewed(facts)) => {
            recent.waiting.remove(&facts.message);
        }
        Facts::Mesh(MeshFacts::Refused(_)) => {}
        _ => {
            if let Facts::Policy(PolicyFacts::Set(RoomPolicySet { room, .. }))
            | Facts::Room(RoomFacts::SlowModeSet(RoomSlowModeSet { room, .. })) = event.facts
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
        Facts::Mesh(MeshFacts::Created(facts)) => mesh::created(access, facts),
        Facts::Mesh(MeshFacts::VaultReplaced(facts)) => mesh::vault_replaced(access, facts),
        Facts::Participant(ParticipantFacts::Registered(facts)) => {
            participant::registered(access, facts, event)
        }
        Facts::Participant(ParticipantFacts::Updated(facts)) => participant::updated(access, facts),
        Facts::Participant(ParticipantFacts::RolesSet(facts)) => {
            participant::roles_set(access, facts)
        }
        Facts::Participant(ParticipantFacts::Disabled(facts)) => {
            participant::disabled(access, facts, event.participant());
        }
        Facts::Participant(ParticipantFacts::Enabled(facts)) => participant::enabled(access, facts),
        Facts::Identity(IdentityFacts::KeyAdded(facts)) => {
            identity::added(access, facts, event.seq)
        }
        Facts::Identity(IdentityFacts::KeyRevoked(facts)) => {
            identity::revoked(access, facts.participant, &facts.key, event.seq);
        }
        Facts::Participant(ParticipantFacts::TrustSet(facts)) => {
            participant::trust_set(access, facts)
        }
        Facts::Mesh(MeshFacts::LimitsSet(facts)) => access.limits = facts.limits,
        Facts::Mesh(MeshFacts::FloorSet(facts)) => access.floor = facts.floor,
        Facts::Secret(SecretFacts::Set(facts)) => secret::secret_set(access, facts, event.seq),
        Facts::Secret(SecretFacts::Removed(facts)) => {
            access.secrets.remove(facts.name.as_str());
        }
        Facts::User(UserFacts::Created(facts)) => {
            user::user_set(access, facts.participant, facts.role);
            user::password_set(access, facts.participant, &event.by.actor);
        }
        Facts::User(UserFacts::PasswordChanged(facts)) => {
            user::password_set(access, facts.participant, &event.by.actor);
        }
        Facts::User(UserFacts::RoleSet(facts)) => {
            user::user_set(access, facts.participant, facts.role)
        }
        Facts::Group(GroupFacts::Created(facts)) => group::created(access, facts),
        Facts::Group(GroupFacts::Deleted(facts)) => group::deleted(access, facts),
        Facts::Group(GroupFacts::MemberAdded(facts)) => {
            group::member_added(access, facts, event.seq)
        }
        Facts::Group(GroupFacts::MemberRemoved(facts)) => group::member_removed(access, facts),
        Facts::Room(RoomFacts::Created(facts)) => room::created(access, facts, event.seq),
        Facts::Room(RoomFacts::Updated(facts)) => room::updated(access, facts),
        Facts::Room(RoomFacts::Archived(facts)) => room::archived(access, facts.room, true),
        Facts::Room(RoomFacts::Restored(facts)) => room::archived(access, facts.room, false),
        Facts::Room(RoomFacts::MemberJoined(facts)) => {
            room::member_joined(access, facts, event.seq)
        }
        Facts::Room(RoomFacts::MemberLeft(facts)) => room::member_left(access, facts),
        Facts::Room(RoomFacts::MemberCapabilitiesSet(facts)) => {
            room::capabilities_set(access, facts, event.seq)
        }
        Facts::Room(RoomFacts::DefaultsSet(facts)) => room::defaults_set(access, facts, event),
        Facts::Policy(PolicyFacts::Set(facts)) => policy::policy_set(access, facts, event),
        Facts::Room(RoomFacts::SlowModeSet(facts)) => room::slow_mode_set(access, facts, event.seq),
        Facts::Room(RoomFacts::Transferred(facts)) => {
            room::transferred(access, facts, event.participant())
        }
        Facts::Room(RoomFacts::HoldSet(facts)) => room::hold_set(access, facts),
        Facts::Room(RoomFacts::Expired(facts)) => room::expired(access, facts),
        Facts::Room(RoomFacts::MemberMuted(facts)) => room::muted(access, facts, event.seq),
        Facts::Room(RoomFacts::MemberUnmuted(facts)) => room::unmuted(access, facts),
        Facts::Room(RoomFacts::MemberBanned(facts)) => room::banned(access, facts, event.seq),
        Facts::Room(RoomFacts::MemberUnbanned(facts)) => room::unbanned(access, facts),
        Facts::Room(RoomFacts::MemberInvited(facts)) => {
            consent::member_invited(access, facts, event)
        }
        Facts::Room(RoomFacts::InvitationDeclined(facts)) => {
            consent::invitation_over(access, facts.room, facts.participant)
        }
        Facts::Room(RoomFacts::ExecutionAgreed(facts)) => consent::agreed(access, facts, event),
        Facts::Session(SessionFacts::Opened(facts)) => {
            session::opened(access, facts, event.credential(), event.seq);
        }
        Facts::Session(SessionFacts::Closed(facts)) => session::closed(access, facts),
        Facts::Credential(CredentialFacts::Issued(facts)) => {
            credential::issued(access, facts, &event.by.actor)
        }
        Facts::Credential(CredentialFacts::Revoked(facts)) => credential::revoked(access, facts),
        Facts::Invite(InviteFacts::Created(facts)) => {
            invite::created(access, facts, &event.by.actor)
        }
        Facts::Invite(InviteFacts::Redeemed(facts)) => invite::redeemed(access, facts),
        Facts::Invite(InviteFacts::Revoked(facts)) => invite::revoked(access, facts),
        Facts::EventType(EventTypeFacts::Registered(facts)) => {
            event_type::registered(access, facts, event.seq)
        }
        Facts::Mesh(MeshFacts::Refused(_))
        | Facts::Message(MessageFacts::Posted(_))
        | Facts::Message(MessageFacts::Edited(_))
        | Facts::Message(MessageFacts::Deleted(_))
        | Facts::Quarantine(QuarantineFacts::Waits(_))
        | Facts::Quarantine(QuarantineFacts::Reviewed(_))
        | Facts::Message(MessageFacts::Redacted(_))
        | Facts::Guard(GuardFacts::Rescanned(_))
        | Facts::EventType(EventTypeFacts::Published(_))
        | Facts::Task(TaskFacts::Created(_))
        | Facts::Task(TaskFacts::Linked(_))
        | Facts::Task(TaskFacts::Queued(_))
        | Facts::Task(TaskFacts::Taken(_))
        | Facts::Task(TaskFacts::LeaseExtended(_))
        | Facts::Task(TaskFacts::Started(_))
        | Facts::Task(TaskFacts::Progressed(_))
        | Facts::Task(TaskFacts::HandedOff(_))
        | Facts::Task(TaskFacts::AttemptFailed(_))
        | Facts::Task(TaskFacts::Finished(_))
        | Facts::Task(TaskFacts::Decided(_))
        | Facts::Task(TaskFacts::Confirmed(_))
        | Facts::Task(TaskFacts::Skipped(_))
        | Facts::Task(TaskFacts::Cancelled(_))
        | Facts::Task(TaskFacts::Paused(_))
        | Facts::Task(TaskFacts::Resumed(_))
        | Facts::Task(TaskFacts::Retried(_))
        | Facts::Task(TaskFacts::Assigned(_))
        | Facts::Task(TaskFacts::Resolved(_))
        | Facts::Task(TaskFacts::UrgencyRaised(_))
        | Facts::Worker(WorkerFacts::Enrolled(_))
        | Facts::Worker(WorkerFacts::Left(_))
        | Facts::Worker(WorkerFacts::ModeSet(_))
        | Facts::Worker(WorkerFacts::LimitsSet(_))
        | Facts::Dispatch(DispatchFacts::Stopped(_))
        | Facts::Dispatch(DispatchFacts::Resumed(_))
        | Facts::Budget(BudgetFacts::Set(_))
        | Facts::Budget(BudgetFacts::Warned(_))
        | Facts::Approval(ApprovalFacts::Requested(_))
        | Facts::Approval(ApprovalFacts::Decided(_))
        | Facts::Approval(ApprovalFacts::Expired(_))
        | Facts::Template(TemplateFacts::Created(_))
        | Facts::Template(TemplateFacts::Deleted(_))
        | Facts::Context(ContextFacts::Set(_))
        | Facts::Context(ContextFacts::Removed(_))
        | Facts::Memory(MemoryFacts::Kept(_))
        | Facts::Memory(MemoryFacts::Forgotten(_))
        | Facts::Task(TaskFacts::Redacted(_))
        | Facts::Tool(ToolFacts::Called(_)) => {}
    }
}

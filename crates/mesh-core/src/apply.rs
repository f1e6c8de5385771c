//! Takes stored facts into the state. Total: whatever the log holds is taken as it stands, in the
//! order of the log; facts that fit nothing (possible only in a log written by others) change
//! nothing.

use std::sync::Arc;

use mesh_model::events::{By, Facts};
use mesh_model::{Actor, Millis, ParticipantId, Seq};

use crate::{
    State, alert, approval, budget, clock, context, credential, dispatch, entity, event_type, file,
    group, guard, identity, influence, inlet, invite, journal, lease, link, memory, mesh, message,
    participant, policy, quarantine, room, schedule, secret, session, skill, task, template, tool,
    user, webhook, worker,
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
        let keyed = recent.keyed.entry(participant).or_default();
        Arc::make_mut(keyed).remember(key, event.seq);
    }
    influence::hears(state, event);
    match event.facts {
        Facts::Message(facts) => message::apply(state, facts, event),
        Facts::Task(facts) => task::apply(state, facts, event),
        Facts::Mesh(facts) => mesh::apply(state, facts, event),
        Facts::User(facts) => user::apply(state, facts, event),
        Facts::Credential(facts) => credential::apply(state, facts, event),
        Facts::Invite(facts) => invite::apply(state, facts, event),
        Facts::Participant(facts) => participant::apply(state, facts, event),
        Facts::Session(facts) => session::apply(state, facts, event),
        Facts::Group(facts) => group::apply(state, facts, event),
        Facts::Room(facts) => room::apply(state, facts, event),
        Facts::EventType(facts) => event_type::apply(state, facts, event),
        Facts::Policy(facts) => policy::apply(state, facts, event),
        Facts::Quarantine(facts) => quarantine::apply(state, facts, event),
        Facts::Influence(facts) => influence::apply(state, facts, event),
        Facts::Guard(facts) => guard::apply(facts),
        Facts::Identity(facts) => identity::apply(state, facts, event),
        Facts::Secret(facts) => secret::apply(state, facts, event),
        Facts::Worker(facts) => worker::apply(state, facts, event),
        Facts::Dispatch(facts) => dispatch::apply(state, facts, event),
        Facts::Budget(facts) => budget::apply(state, facts, event),
        Facts::Approval(facts) => approval::apply(state, facts, event),
        Facts::Template(facts) => template::apply(state, facts, event),
        Facts::Journal(facts) => journal::apply(state, facts, event),
        Facts::Lease(facts) => lease::apply(state, facts, event),
        Facts::File(facts) => file::apply(state, facts, event),
        Facts::Skill(facts) => skill::apply(state, facts, event),
        Facts::Context(facts) => context::apply(state, facts, event),
        Facts::Memory(facts) => memory::apply(state, facts, event),
        Facts::Entity(facts) => entity::apply(state, facts, event),
        Facts::Schedule(facts) => schedule::apply(state, facts, event),
        Facts::Clock(facts) => clock::apply(state, facts, event),
        Facts::Alert(facts) => alert::apply(state, facts, event),
        Facts::Webhook(facts) => webhook::apply(state, facts, event),
        Facts::Inlet(facts) => inlet::apply(state, facts, event),
        Facts::Link(facts) => link::apply(state, facts, event),
        Facts::Tool(facts) => tool::apply(state, facts, event),
    }
    alert::hears(state, event);
}

//! What the events of participants do to the state.

use std::sync::Arc;

use mesh_model::ParticipantId;
use mesh_model::events::{
    ParticipantDisabled, ParticipantEnabled, ParticipantFacts, ParticipantRegistered,
    ParticipantRolesSet, ParticipantTrustSet, ParticipantUpdated, Trust,
};

use crate::participant::Disabled;
use crate::{Access, Key, Participant, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &ParticipantFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        ParticipantFacts::Registered(facts) => registered(access, facts, event),
        ParticipantFacts::Updated(facts) => updated(access, facts),
        ParticipantFacts::RolesSet(facts) => roles_set(access, facts),
        ParticipantFacts::TrustSet(facts) => trust_set(access, facts),
        ParticipantFacts::Disabled(facts) => disabled(access, facts, event.participant()),
        ParticipantFacts::Enabled(facts) => enabled(access, facts),
    }
}

fn registered(access: &mut Access, facts: &ParticipantRegistered, event: &Stored<'_>) {
    let seq = event.seq;
    let id = facts.participant;
    if access.participants.contains_key(&id) {
        return;
    }
    if facts.trust == Trust::Owner
        && let Some(mesh) = &mut access.mesh
        && mesh.owner.is_none()
    {
        Arc::make_mut(mesh).owner = Some(id);
    }
    access.handles.insert(facts.handle.as_str().into(), id);
    if let Some(key) = facts.key {
        access.keys.entry(key).or_insert(id);
    }
    access.participants.insert(
        id,
        Arc::new(Participant {
            id,
            kind: facts.kind,
            handle: facts.handle.clone(),
            parent: facts.parent,
            keys: facts.key.iter().map(|key| Key::new(*key, seq)).collect(),
            registrar: event.participant().filter(|by| facts.parent != Some(*by)),
            trust: facts.trust,
            visibility: facts.visibility,
            added_by: None,
            roles: Vec::new(),
            user: None,
            maker: None,
            disabled: None,
            since: seq,
        }),
    );
}

pub(crate) fn change(
    access: &mut Access,
    id: ParticipantId,
    change: impl FnOnce(&mut Participant),
) {
    if let Some(found) = access.participants.get_mut(&id) {
        change(Arc::make_mut(found));
    }
}

fn updated(access: &mut Access, facts: &ParticipantUpdated) {
    change(access, facts.participant, |found| {
        found.visibility = facts.visibility;
        found.added_by = facts.added_by.or(found.added_by);
    });
}

fn roles_set(access: &mut Access, facts: &ParticipantRolesSet) {
    change(access, facts.participant, |found| {
        found.roles.clone_from(&facts.roles)
    });
}

fn trust_set(access: &mut Access, facts: &ParticipantTrustSet) {
    change(access, facts.participant, |found| {
        if found.trust != Trust::Owner && facts.trust != Trust::Owner {
            found.trust = facts.trust;
        }
    });
}

fn disabled(access: &mut Access, facts: &ParticipantDisabled, by: Option<ParticipantId>) {
    change(access, facts.participant, |found| {
        found.disabled = Some(Disabled { by })
    });
}

fn enabled(access: &mut Access, facts: &ParticipantEnabled) {
    change(access, facts.participant, |found| found.disabled = None);
}

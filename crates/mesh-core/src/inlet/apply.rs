//! What the events of inlets do to the state.

use std::sync::Arc;

use mesh_model::InletId;
use mesh_model::events::InletFacts;

use super::Inlet;
use crate::{Access, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &InletFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        InletFacts::Created(facts) => {
            let inlet = Inlet {
                set: facts.clone(),
                made_by: event.participant(),
                since: event.seq,
                paused: false,
                version: 1,
                old_until: 0,
            };
            access.inlets.insert(facts.inlet, Arc::new(inlet));
        }
        InletFacts::Paused(facts) => change(access, facts.inlet, |inlet| inlet.paused = true),
        InletFacts::Resumed(facts) => change(access, facts.inlet, |inlet| inlet.paused = false),
        InletFacts::Rotated(facts) => change(access, facts.inlet, |inlet| {
            inlet.version = facts.version;
            inlet.old_until = facts.old_until;
        }),
        InletFacts::Deleted(facts) => {
            access.inlets.remove(&facts.inlet);
        }
    }
}

fn change(access: &mut Access, id: InletId, change: impl FnOnce(&mut Inlet)) {
    if let Some(inlet) = access.inlets.get_mut(&id) {
        change(Arc::make_mut(inlet));
    }
}

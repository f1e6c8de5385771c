//! What the events of shared context do to the state.

use mesh_model::events::ContextFacts;

use crate::message::paced;
use crate::{State, Stored};

pub(crate) fn apply(state: &mut State, facts: &ContextFacts, event: &Stored<'_>) {
    if let ContextFacts::Set(facts) = facts {
        paced(&state.access, &mut state.recent, facts.room, event);
    }
    let work = state.work_at(event.seq);
    match facts {
        ContextFacts::Set(facts) => {
            let keys = work.context.entry(facts.room).or_default();
            keys.insert(facts.key.as_str().into(), event.seq);
        }
        ContextFacts::Removed(facts) => {
            if let Some(keys) = work.context.get_mut(&facts.room) {
                keys.remove(facts.key.as_str());
                if keys.is_empty() {
                    work.context.remove(&facts.room);
                }
            }
        }
    }
}

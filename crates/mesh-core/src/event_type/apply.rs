//! What the events of event types do to the state.

use mesh_model::Seq;
use mesh_model::events::{EventTypeFacts, EventTypeRegistered};

use crate::message::paced;
use crate::{Access, EventType, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &EventTypeFacts, event: &Stored<'_>) {
    match facts {
        EventTypeFacts::Registered(facts) => {
            registered(state.access_at(event.seq), facts, event.seq)
        }
        EventTypeFacts::Published(facts) => {
            paced(&state.access, &mut state.recent, facts.room, event)
        }
    }
}

fn registered(access: &mut Access, facts: &EventTypeRegistered, seq: Seq) {
    let known = EventType {
        name: facts.name.clone(),
        version: facts.version,
        since: seq,
    };
    access.event_types.insert(facts.name.as_str().into(), known);
}

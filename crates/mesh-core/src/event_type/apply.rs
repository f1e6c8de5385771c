//! What the events of event types do to the state.

use mesh_model::Seq;
use mesh_model::events::EventTypeRegistered;

use crate::{Access, EventType};

pub fn registered(access: &mut Access, facts: &EventTypeRegistered, seq: Seq) {
    let known = EventType {
        name: facts.name.clone(),
        version: facts.version,
        since: seq,
    };
    access.event_types.insert(facts.name.as_str().into(), known);
}

//! What the events of quarantine do to the state.

use mesh_model::MessageId;
use mesh_model::events::{MessageQuarantined, QuarantineFacts};

use crate::message::paced;
use crate::recent::{Recent, Waiting};
use crate::{State, Stored, link};

pub(crate) fn apply(state: &mut State, facts: &QuarantineFacts, event: &Stored<'_>) {
    let recent = &mut state.recent;
    match facts {
        QuarantineFacts::Waits(facts) => {
            paced(&state.access, recent, facts.message.room, event);
            waits(recent, facts, event);
            if let Some(place) = facts.message.place() {
                link::took(state, &place, event.seq);
            }
        }
        QuarantineFacts::Reviewed(facts) => {
            recent.waiting.remove(&facts.message);
        }
    }
}

fn waits(recent: &mut Recent, facts: &MessageQuarantined, event: &Stored<'_>) {
    let waiting = Waiting {
        room: facts.message.room,
        author: facts.author,
        home: facts.home,
    };
    recent.waiting.insert(MessageId(event.seq), waiting);
}

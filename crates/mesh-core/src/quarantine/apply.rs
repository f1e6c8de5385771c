//! What the events of quarantine do to the state.

use mesh_model::MessageId;
use mesh_model::events::MessageQuarantined;

use crate::Stored;
use crate::recent::{Recent, Waiting};

pub fn waits(recent: &mut Recent, facts: &MessageQuarantined, event: &Stored<'_>) {
    let waiting = Waiting {
        room: facts.message.room,
        author: facts.author,
    };
    recent.waiting.insert(MessageId(event.seq), waiting);
}

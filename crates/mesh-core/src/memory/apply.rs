//! What the events of memories do to the state.

use mesh_model::events::MemoryFacts;
use mesh_model::{MemoryId, ParticipantId};

use crate::{State, Stored, Work};

pub(crate) fn apply(state: &mut State, facts: &MemoryFacts, event: &Stored<'_>) {
    let work = state.work_at(event.seq);
    match facts {
        MemoryFacts::Kept(facts) => {
            for old in &facts.replaces {
                work.unlearn(facts.owner, *old);
            }
            let known = work.memories.entry(facts.owner).or_default();
            if known.insert(facts.memory).is_none() {
                work.remembered += 1;
            }
        }
        MemoryFacts::Forgotten(facts) => work.unlearn(facts.owner, facts.memory),
    }
}

impl Work {
    fn unlearn(&mut self, owner: ParticipantId, memory: MemoryId) {
        if let Some(known) = self.memories.get_mut(&owner)
            && known.remove(&memory).is_some()
        {
            self.remembered -= 1;
            if known.is_empty() {
                self.memories.remove(&owner);
            }
        }
    }
}

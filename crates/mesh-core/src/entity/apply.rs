//! What the events of claims do to the state.

use mesh_model::events::EntityFacts;
use mesh_model::{RoomId, Seq};

use super::Claim;
use crate::{State, Stored};

pub(crate) fn apply(state: &mut State, facts: &EntityFacts, event: &Stored<'_>) {
    let claims = &mut state.work_at(event.seq).claims;
    match facts {
        EntityFacts::Noted(facts) => {
            let claim = Claim {
                by: event.participant(),
                about: facts.about,
                source: facts.source,
                bytes: facts.bytes,
                trust: facts.trust,
            };
            claims.put(facts.room, event.seq, claim);
        }
        EntityFacts::Forgotten(facts) => {
            for seq in &facts.erased {
                claims.remove(facts.room, *seq);
            }
        }
    }
}

/// What was noted up to a place goes with everything else that was said in the room.
pub(crate) fn expired(state: &mut State, room: RoomId, upto: Seq, seq: Seq) {
    let Some(of) = state.work.claims.rooms.get(&room) else {
        return;
    };
    let gone: Vec<Seq> = of.claims.range(..=upto).map(|(seq, _)| *seq).collect();
    let claims = &mut state.work_at(seq).claims;
    for old in gone {
        claims.remove(room, old);
    }
}

//! What the events of messages do to the state.

use mesh_model::RoomId;
use mesh_model::events::MessageFacts;

use crate::policy::pace::{Pace, SLOW_MODE};
use crate::recent::Recent;
use crate::{Access, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &MessageFacts, event: &Stored<'_>) {
    let recent = &mut state.recent;
    match facts {
        // What a moderator lets out was counted when it was said.
        MessageFacts::Posted(facts) if facts.released.is_none() => {
            paced(&state.access, recent, facts.room, event);
            recent.exchanges.posted(&state.access, facts, event);
        }
        MessageFacts::Posted(_) => {}
        MessageFacts::Edited(facts) => paced(&state.access, recent, facts.room, event),
        MessageFacts::Deleted(facts) => recent.deleted.remember(facts.message, event.seq),
        MessageFacts::Redacted(facts) => recent.deleted.remember(facts.message, event.seq),
    }
}

/// Counts what was said against the room's rates.
pub fn paced(access: &Access, recent: &mut Recent, room: RoomId, event: &Stored<'_>) {
    if access.paced.is_empty() || !access.paced.contains(&room) {
        return;
    }
    let (Some(room), Some(who)) = (access.room(room), event.participant()) else {
        return;
    };
    let limits = room.policy.iter().flat_map(|record| &record.policy.limits);
    for (index, limit) in limits.enumerate() {
        if let (Some(rate), Ok(index)) = (limit.rate, u16::try_from(index)) {
            recent
                .paces
                .count(room.id, who, index, Pace::of(rate), event.at);
        }
    }
    if room.slow_mode > 0 {
        let pace = Pace::slow(room.slow_mode);
        recent.paces.count(room.id, who, SLOW_MODE, pace, event.at);
    }
}

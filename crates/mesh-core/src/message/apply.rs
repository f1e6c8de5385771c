//! What the events of messages do to the state.

use mesh_model::events::MessageFacts;
use mesh_model::{MessageId, RoomId};

use super::pin;
use crate::policy::count_reaction;
use crate::policy::pace::{Pace, SLOW_MODE};
use crate::recent::Recent;
use crate::{Access, State, Stored, link};

pub(crate) fn apply(state: &mut State, facts: &MessageFacts, event: &Stored<'_>) {
    if let Some(place) = facts.place() {
        link::took(state, &place, event.seq);
    }
    if let MessageFacts::Redacted(facts) = facts {
        link::asked_to_erase(state, facts, event.seq);
    }
    let recent = &mut state.recent;
    match facts {
        // What a moderator lets out was counted when it was said.
        MessageFacts::Posted(facts) if facts.released.is_none() => {
            paced(&state.access, recent, facts.room, event);
            recent.exchanges.posted(&state.access, facts, event);
        }
        MessageFacts::Posted(_) => {}
        // What waited for its home was counted when it was said.
        MessageFacts::Edited(facts) if facts.author.is_some() => {}
        MessageFacts::Edited(facts) => paced(&state.access, recent, facts.room, event),
        MessageFacts::Deleted(facts) => gone(state, facts.room, facts.message, event),
        MessageFacts::Redacted(facts) => gone(state, facts.room, facts.message, event),
        MessageFacts::Reacted(facts) => {
            if let Some(who) = event.participant() {
                count_reaction(&mut recent.paces, facts.room, who, event.at);
                recent.reactions.set(facts, who, event.seq);
            }
        }
        MessageFacts::Unreacted(facts) => {
            if let Some(who) = facts.who.or(event.participant()) {
                count_reaction(&mut recent.paces, facts.room, who, event.at);
                recent.reactions.taken_back(facts, who, event.seq);
            }
        }
        MessageFacts::Pinned(facts) => {
            let by = event.participant();
            pin::pinned(state.access_at(event.seq), facts, by, event.seq);
        }
        MessageFacts::Unpinned(facts) => {
            pin::unpinned(state, facts.room, facts.message, event.seq);
        }
    }
}

/// A message that is gone stands at its room's head no more.
fn gone(state: &mut State, room: RoomId, message: MessageId, event: &Stored<'_>) {
    state.recent.deleted.remember(message, event.seq);
    pin::unpinned(state, room, message, event.seq);
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

//! Claims go with what they stand on: whatever erases words brings with it, in the same batch, that the claims on them are gone.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::events::{
    EntityForgotten, EntityGone, EntitySource, Erases, Facts, MessageFacts, RoomFacts,
};
use mesh_model::{NewEvent, RoomId, Seq};

use super::record::OfRoom;
use crate::{Access, Work};

/// The events, and behind them what they take the ground from.
///
/// A message that is only deleted takes them too: nobody reads it any more. A room whose words are held keeps all of them.
pub(crate) fn with_sources_gone(
    access: &Access,
    work: &Work,
    mut events: Vec<NewEvent>,
) -> Vec<NewEvent> {
    let erasing = |event: &NewEvent| {
        matches!(event.facts, Facts::Message(MessageFacts::Deleted(_)))
            || event.facts.erases() != Erases::Nothing
    };
    if work.claims.all == 0 || !events.iter().any(erasing) {
        return events;
    }
    let mut gone: BTreeMap<RoomId, BTreeSet<Seq>> = BTreeMap::new();
    for event in &events {
        let rooms = work.claims.rooms.iter();
        let free = |room: &RoomId| access.room(*room).is_none_or(|room| !room.hold);
        for (room, of) in rooms.filter(|(room, _)| free(room)) {
            gone.entry(*room)
                .or_default()
                .extend(fallen(*room, of, &event.facts));
        }
    }
    // What the events themselves forget already needs no second word.
    for event in &events {
        if let Erases::Versions(places) = event.facts.erases() {
            for all in gone.values_mut() {
                all.retain(|seq| !places.contains(seq));
            }
        }
    }
    let fallen = gone.into_iter().filter(|(_, all)| !all.is_empty());
    events.extend(fallen.map(|(room, all)| {
        NewEvent::new(EntityForgotten {
            room,
            erased: all.into_iter().collect(),
            why: EntityGone::Source,
        })
    }));
    events
}

/// The claims of a room whose source an event erases.
fn fallen(room: RoomId, of: &OfRoom, facts: &Facts) -> Vec<Seq> {
    let stands = |is: &dyn Fn(Seq, EntitySource) -> bool| {
        let claims = of.claims.iter();
        claims
            .filter(|(seq, claim)| is(**seq, claim.source))
            .map(|(seq, _)| *seq)
            .collect()
    };
    if let Facts::Room(RoomFacts::Expired(expired)) = facts {
        if expired.room != room {
            return Vec::new();
        }
        let upto = expired.upto;
        return stands(&|seq, source| {
            seq <= upto
                || match source {
                    EntitySource::Message { message } => message.0 <= upto,
                    EntitySource::File { put, .. } => put <= upto,
                    EntitySource::Said
                    | EntitySource::Task { .. }
                    | EntitySource::Memory { .. } => false,
                }
        });
    }
    if let Facts::Message(MessageFacts::Deleted(deleted)) = facts {
        let gone = deleted.message;
        return stands(
            &|_, source| matches!(source, EntitySource::Message { message } if message == gone),
        );
    }
    match facts.erases() {
        Erases::Nothing | Erases::Room(_) | Erases::Journal(..) => Vec::new(),
        Erases::Message(erased, _) => stands(
            &|_, source| matches!(source, EntitySource::Message { message } if message == erased),
        ),
        Erases::Task(erased) => {
            stands(&|_, source| matches!(source, EntitySource::Task { task } if task == erased))
        }
        Erases::Memories(erased) => stands(
            &|_, source| matches!(source, EntitySource::Memory { memory } if erased.contains(&memory)),
        ),
        Erases::Versions(erased) => stands(
            &|_, source| matches!(source, EntitySource::File { put, .. } if erased.contains(&put)),
        ),
    }
}

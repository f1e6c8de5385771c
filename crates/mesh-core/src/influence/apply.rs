//! What influence does to the state: events of its own, and what follows from others by itself.

use std::sync::Arc;

use mesh_model::events::{
    ActDeclined, ActDone, ActHeld, ActReleased, Facts, InfluenceFacts, RoomInfluenced,
    SessionInfluenced, ToolFacts, Trust, Words,
};
use mesh_model::limits::{HELD_ACTS_MAX, LEFT_ROOMS_MAX};
use mesh_model::{ParticipantId, RoomId, Seq, SessionId};

use crate::influence::{Act, Mixed, Read};
use crate::{Access, State, Stored};

pub(crate) fn apply(state: &mut State, facts: &InfluenceFacts, event: &Stored<'_>) {
    let access = state.access_at(event.seq);
    match facts {
        InfluenceFacts::Read(facts) => read(access, facts, event.seq),
        InfluenceFacts::Mixed(facts) => mixed(access, facts, event.seq),
        InfluenceFacts::Held(facts) => held(access, facts, event.seq),
        InfluenceFacts::Released(facts) => released(access, facts, event),
        InfluenceFacts::Declined(facts) => declined(access, facts, event),
        InfluenceFacts::Done(facts) => done(access, facts),
    }
}

fn read(access: &mut Access, facts: &SessionInfluenced, seq: Seq) {
    if !access.sessions.contains_key(&facts.session) {
        return;
    }
    let reads = access.influence.read.entry(facts.session).or_default();
    let reads = Arc::make_mut(reads);
    reads.everything |= facts.everything;
    reads.outside |= facts.outside;
    for source in &facts.sources {
        let from = source.from;
        reads
            .rooms
            .entry(source.room)
            .and_modify(|read| read.from = read.from.min(from))
            .or_insert(Read { from, seq });
    }
}

fn mixed(access: &mut Access, facts: &RoomInfluenced, seq: Seq) {
    let known = mix(access, facts.room, facts.trust, seq);
    for source in &facts.sources {
        let from = source.from;
        known
            .sources
            .entry(source.room)
            .and_modify(|known| *known = (*known).min(from))
            .or_insert(from);
    }
}

fn mix(access: &mut Access, room: RoomId, trust: Trust, seq: Seq) -> &mut Mixed {
    access.influence.since.get_or_insert(seq);
    let fresh = || {
        Arc::new(Mixed {
            trust,
            seq,
            sources: imbl::OrdMap::new(),
        })
    };
    let known = access.influence.mixed.entry(room).or_insert_with(fresh);
    let known = Arc::make_mut(known);
    known.trust = known.trust.min(trust);
    known
}

fn held(access: &mut Access, facts: &ActHeld, seq: Seq) {
    let acts = access.influence.acts.entry(facts.participant).or_default();
    let act = Act {
        seq,
        room: facts.room,
        sources: facts.sources.clone(),
        released_by: None,
        declined_by: None,
    };
    acts.insert(facts.act, Arc::new(act));
    // The oldest makes room.
    while acts.len() > HELD_ACTS_MAX {
        let oldest = acts.iter().min_by_key(|(_, act)| act.seq);
        let Some(oldest) = oldest.map(|(act, _)| *act) else {
            break;
        };
        acts.remove(&oldest);
    }
}

fn released(access: &mut Access, facts: &ActReleased, event: &Stored<'_>) {
    let acts = access.influence.acts.get_mut(&facts.participant);
    if let Some(act) = acts.and_then(|acts| acts.get_mut(&facts.act)) {
        let act = Arc::make_mut(act);
        (act.released_by, act.declined_by) = (event.participant(), None);
    }
}

fn declined(access: &mut Access, facts: &ActDeclined, event: &Stored<'_>) {
    let acts = access.influence.acts.get_mut(&facts.participant);
    if let Some(act) = acts.and_then(|acts| acts.get_mut(&facts.act)) {
        let act = Arc::make_mut(act);
        (act.released_by, act.declined_by) = (None, event.participant());
    }
}

fn done(access: &mut Access, facts: &ActDone) {
    let Some(acts) = access.influence.acts.get_mut(&facts.participant) else {
        return;
    };
    acts.remove(&facts.act);
    if acts.is_empty() {
        access.influence.acts.remove(&facts.participant);
    }
}

/// A session is over, and so is its context.
pub(crate) fn gone(access: &mut Access, session: SessionId) {
    access.influence.read.remove(&session);
}

/// A room that a program might read, and has left, is among what it may know.
pub(crate) fn left(access: &mut Access, room: RoomId, participant: ParticipantId) {
    if access.is_person(participant) || access.member(room, participant).is_none() {
        return;
    }
    let from = access.read_from(participant, room);
    let left = access.influence.left.entry(participant).or_default();
    let from = left.get(&room).map_or(from, |known| from.min(*known));
    left.insert(room, from);
    while left.len() > LEFT_ROOMS_MAX {
        let Some((first, _)) = left.get_min().copied() else {
            break;
        };
        left.remove(&first);
    }
}

/// What waits for a moderator is read by those who moderate, and by nobody else yet.
fn waits(state: &mut State, event: &Stored<'_>) {
    let Some(room) = event.facts.room() else {
        return;
    };
    if !state.access.influence.waited.contains(&room) {
        let influence = &mut state.access_at(event.seq).influence;
        influence.since.get_or_insert(event.seq);
        influence.waited.insert(room);
    }
}

/// A tool has answered a program from outside the mesh.
pub(crate) fn told(state: &mut State, event: &Stored<'_>) {
    let Some(who) = event.participant() else {
        return;
    };
    if !state.access.is_person(who) && !state.access.influence.outside.contains(&who) {
        state.access_at(event.seq).influence.outside.insert(who);
    }
}

/// A policy may make a room strict.
pub(crate) fn policy_set(access: &mut Access, room: RoomId, strict: bool, seq: Seq) {
    if strict {
        access.influence.since.get_or_insert(seq);
        access.influence.strict.insert(room);
    } else {
        access.influence.strict.remove(&room);
    }
}

/// Words of somebody who is trusted less than `local` mix a room.
pub(crate) fn hears(state: &mut State, event: &Stored<'_>) {
    let speaks = match event.facts {
        // Topics and reasons are not what is said in a room; most events that may have them have none.
        Facts::Room(_) => false,
        // What is said of a tool is said in the rooms where it is offered.
        Facts::Tool(ToolFacts::Shown(_)) => true,
        facts => match facts.words() {
            Words::Message | Words::Work | Words::Data => true,
            Words::Waiting => return waits(state, event),
            Words::None | Words::Sealed => false,
        },
    };
    let Some(room) = event.facts.room().filter(|_| speaks) else {
        return;
    };
    let access = &state.access;
    let trust = match (event.facts.trust(), event.participant()) {
        (Some(trust), _) => trust,
        (None, Some(who)) => access.trust_of(who, false),
        (None, None) => return,
    };
    let known = access.influence.mixed.get(&room);
    if trust >= known.map_or(Trust::Local, |known| known.trust) || !access.rooms.contains_key(&room)
    {
        return;
    }
    mix(state.access_at(event.seq), room, trust, event.seq);
}

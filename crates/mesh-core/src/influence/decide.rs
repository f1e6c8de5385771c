//! What programs have read, and acts that a person lets happen.

use mesh_model::command::InfluenceCommand;
use mesh_model::events::{
    ActDeclined, ActHeld, ActReleased, Influence, SessionInfluenced, Source, Trust,
};
use mesh_model::limits::INFLUENCES_MAX;
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{
    ActHash, Capability, Ctx, Effect, ErrorCode, NewEvent, ParticipantId, Refusal, RoomId, Seq,
    SessionId,
};

use crate::actor::Asker;
use crate::influence::{Act, judge::reach};
use crate::{Access, Decision, check, refuse};

pub fn decide(asker: &Asker<'_>, ctx: &Ctx, command: &InfluenceCommand) -> Decision {
    match command {
        InfluenceCommand::Read {
            session,
            rooms,
            influence,
            everything,
        } => {
            asker.node_only()?;
            Ok(read(asker.access, *session, rooms, influence, *everything))
        }
        InfluenceCommand::Reach => reach(asker, ctx),
        InfluenceCommand::Hold {
            act,
            participant,
            room,
            sources,
            body,
        } => {
            asker.node_only()?;
            check::some_content("act", body)?;
            let acts = asker.access.influence.acts.get(participant);
            if acts.is_some_and(|acts| acts.contains_key(act)) {
                return Ok(Vec::new());
            }
            let held = ActHeld {
                act: *act,
                participant: *participant,
                room: *room,
                sources: sources.clone(),
            };
            Ok(vec![NewEvent::with(held, body.clone())])
        }
        InfluenceCommand::Release { act, participant } => release(asker, *act, *participant),
        InfluenceCommand::Decline { act, participant } => decline(asker, *act, *participant),
    }
}

/// A session that is over has no context any more.
fn read(
    access: &Access,
    session: SessionId,
    rooms: &[RoomId],
    influence: &Influence,
    everything: bool,
) -> Vec<NewEvent> {
    let Some(open) = access.session(session) else {
        return Vec::new();
    };
    let known = access.influence.read.get(&session).cloned();
    let known = known.unwrap_or_default();
    let source = |room: &RoomId| Source {
        room: *room,
        from: access.read_from(open.participant, *room),
    };
    let unknown = |room: &&RoomId| !known.rooms.contains_key(*room);
    let mut sources: Vec<Source> = rooms.iter().filter(unknown).map(source).collect();
    let kept = influence.sources.iter();
    sources.extend(kept.filter(|source| !access.has_read_from(session, **source)));
    sources.sort_unstable();
    sources.dedup();
    let outside = influence.outside && !known.outside;
    let everything = everything || known.rooms.len() + sources.len() > INFLUENCES_MAX;
    if known.everything && !outside || sources.is_empty() && !outside && !everything {
        return Vec::new();
    }
    if everything || known.everything {
        sources.clear();
    }
    vec![NewEvent::new(SessionInfluenced {
        session,
        participant: open.participant,
        sources,
        outside,
        everything: everything && !known.everything,
    })]
}

impl Access {
    /// The first place in a room that the participant may read.
    pub(crate) fn read_from(&self, participant: ParticipantId, room: RoomId) -> Seq {
        let found = self.rooms.get(&room);
        let member = found.and_then(|room| self.member_of(room, participant));
        match (found, member) {
            (Some(room), Some(member)) => Access::readable_from(room, member),
            _ => Seq::ZERO,
        }
    }

    /// Whether the person may release the act of the participant: it stands above it, or could do the same by hand,
    /// since it may read all that stands against it and speak where it would happen.
    pub fn may_release(&self, who: ParticipantId, participant: ParticipantId, act: &Act) -> bool {
        if !self.is_person(who) || self.trust_of(who, false) < Trust::Local {
            return false;
        }
        let by_hand = || {
            let reads = |source: &Source| self.reads(who, source.room, source.from);
            let speaks = |room: RoomId| self.capabilities(room, who).has(Capability::Speak);
            act.sources.iter().all(reads) && act.room.is_some_and(speaks)
        };
        self.descends(participant, who) || by_hand()
    }
}

/// Whom an act would reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// How many.
    pub all: usize,
    /// Those among them who may not read all that stands against it.
    pub strangers: Vec<ParticipantId>,
}

impl Access {
    /// Whom an act that waits would reach if it happened now, as far as its room says it.
    pub fn act_reach(&self, participant: ParticipantId, act: &Act) -> Reach {
        let mut reach = Reach::default();
        let listeners = act
            .room
            .into_iter()
            .flat_map(|room| self.room_listeners(room));
        for who in listeners.filter(|who| *who != participant) {
            reach.all += 1;
            let mut sources = act.sources.iter();
            let reads = |source: &Source| self.may_read_source(who, *source, participant);
            if !sources.all(reads) {
                reach.strangers.push(who);
            }
        }
        reach
    }

    /// An act of the participant that waits for a person's word, or has it.
    pub(crate) fn held_act(&self, participant: ParticipantId, act: ActHash) -> Option<&Act> {
        let found = self.influence.acts.get(&participant)?.get(&act)?;
        Some(found)
    }

    /// The people who may release it.
    pub(crate) fn releasers(
        &self,
        participant: ParticipantId,
        act: ActHash,
    ) -> impl Iterator<Item = ParticipantId> {
        let held = self.held_act(participant, act);
        let may = move |who: &ParticipantId| {
            held.is_some_and(|act| self.may_release(*who, participant, act))
        };
        self.participants.keys().copied().filter(may)
    }
}

fn release(asker: &Asker<'_>, act: ActHash, participant: ParticipantId) -> Decision {
    let found = answered(asker, act, participant)?;
    if found.released_by.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(ActReleased { act, participant })])
}

/// It takes a release back that was not used yet.
fn decline(asker: &Asker<'_>, act: ActHash, participant: ParticipantId) -> Decision {
    let found = answered(asker, act, participant)?;
    if found.declined_by.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(ActDeclined { act, participant })])
}

/// The act, if the asker may answer whether it happens.
fn answered<'a>(
    asker: &'a Asker<'_>,
    act: ActHash,
    participant: ParticipantId,
) -> Result<&'a Act, Refusal> {
    let unknown = || {
        refuse::not_found(
            "act that waits for a person's word",
            "list those that you may answer: act.list",
        )
    };
    let me = asker.me()?;
    let found = asker
        .access
        .held_act(participant, act)
        .ok_or_else(unknown)?;
    if asker.access.may_release(me, participant, found) {
        return Ok(found);
    }
    if me != participant {
        return Err(unknown());
    }
    Err(Refusal::new(
        ErrorCode::CapabilityDenied,
        "nobody answers for an act of its own",
        Effect::NothingDone,
        "ask a person above you, or one who may read all that stands against it",
    )
    .ruled(Ruling::by(RulingBy::Influence)))
}

//! Exchanges among programs: messages that they pass to one another without a person between them. After so many
//! turns they rest, and a person is asked once.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::events::{ApprovalRequested, MessagePosted, RoomKind, Turn};
use mesh_model::limits::{
    APPROVALS_ALL_MAX, EXCHANGE_PROGRAMS_MAX, EXCHANGE_QUIET_MS, EXCHANGE_REFUSED_MS, TURNS_DEFAULT,
};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{ApprovalId, Effect, ErrorCode, Millis, NewEvent, ParticipantId, Refusal, RoomId};
use serde::{Deserialize, Serialize};

use crate::actor::Asker;
use crate::desk::Desk;
use crate::{Access, Approval, Participant, Room, Stored, refuse};

/// Entries kept before those that are over are looked for.
const SWEEP_AT: usize = 1024;

/// What programs have been told by programs, by room and whom it was told. Bounded by those who speak within the
/// time after which an exchange is over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchanges {
    #[serde(with = "pairs")]
    told: BTreeMap<(RoomId, ParticipantId), Told>,
    sweep_at: usize,
}

/// The longest exchange that has reached a program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    /// Turns so far.
    turns: u16,
    /// Who took part.
    among: BTreeSet<ParticipantId>,
    over_at: Millis,
}

/// The turn that a message is, and what came before it.
pub(super) struct Taken {
    pub turn: Turn,
    /// Whoever takes part, this message's author and those it goes to included.
    among: BTreeSet<ParticipantId>,
    last: bool,
}

impl Exchanges {
    fn told(&self, room: RoomId, who: ParticipantId, now: Millis) -> Option<&Told> {
        let told = self.told.get(&(room, who))?;
        (told.over_at > now).then_some(told)
    }

    /// Takes in a message: a person's word ends what went on in the room, a program's goes on with it.
    pub fn posted(&mut self, access: &Access, facts: &MessagePosted, event: &Stored<'_>) {
        let Some(author) = event.participant() else {
            return;
        };
        match &facts.turn {
            Some(turn) => self.took(facts.room, author, turn, event.at),
            None if self.told.is_empty() || !access.is_person(author) => {}
            None => self.told.retain(|(room, _), _| *room != facts.room),
        }
    }

    fn took(&mut self, room: RoomId, author: ParticipantId, turn: &Turn, at: Millis) {
        let before = self.told(room, author, at);
        let among = among(before, author, &turn.to);
        for listener in &turn.to {
            let longer = self
                .told(room, *listener, at)
                .is_some_and(|told| told.turns > turn.number);
            if longer {
                continue;
            }
            let told = Told {
                turns: turn.number,
                among: among.clone(),
                over_at: at.plus(EXCHANGE_QUIET_MS),
            };
            self.told.insert((room, *listener), told);
        }
        if self.told.len() > self.sweep_at.max(SWEEP_AT) {
            self.told.retain(|_, told| told.over_at > at);
            self.sweep_at = self.told.len() * 2;
        }
    }

    /// A person is asked: all who took part rest, whoever spoke last included, or its next word would ask again.
    pub fn asked(&mut self, question: &Approval) {
        let place = |program: &ParticipantId| (question.room, *program);
        let known = question.exchange.iter().map(place);
        let turns = known
            .filter_map(|place| self.told.get(&place))
            .map(|told| told.turns);
        let rests = Told {
            turns: turns.max().unwrap_or(TURNS_DEFAULT),
            among: question.exchange.iter().copied().collect(),
            over_at: question.until(),
        };
        for program in &question.exchange {
            self.told.insert(place(program), rests.clone());
        }
    }

    /// Somebody has answered whether they may go on.
    pub fn answered(&mut self, question: &Approval, approved: bool, at: Millis) {
        for program in &question.exchange {
            let place = (question.room, *program);
            if approved {
                self.told.remove(&place);
            } else if let Some(told) = self.told.get_mut(&place) {
                told.over_at = at.plus(EXCHANGE_REFUSED_MS);
            }
        }
    }
}

/// Which turn a message is that a program writes to programs, unless they have had as many as the room gives them.
pub(super) fn turn(
    asker: &Asker<'_>,
    exchanges: &Exchanges,
    room: &Room,
    who: &Participant,
    mentions: &[ParticipantId],
) -> Result<Option<Taken>, Refusal> {
    let access = asker.access;
    if (mentions.is_empty() && room.kind != RoomKind::Direct) || !access.is_program(who) {
        return Ok(None);
    }
    let to = addressed(access, room, who, mentions);
    if to.is_empty() {
        return Ok(None);
    }
    let most = turns(access, room);
    let before = exchanges.told(room.id, who.id, asker.now);
    let number = before.map_or(0, |told| told.turns).saturating_add(1);
    if let Some(told) = before.filter(|told| told.turns >= most) {
        let known = |id: &ParticipantId| told.among.contains(id);
        if told.among.len() >= EXCHANGE_PROGRAMS_MAX || to.iter().any(known) {
            return Err(
                circle(access, room, told.turns).retry_after_ms(told.over_at.since(asker.now))
            );
        }
    }
    Ok(Some(Taken {
        last: number == most,
        among: among(before, who.id, &to),
        turn: Turn { number, to },
    }))
}

/// Who takes part with this message, as far as they are remembered one by one.
fn among(
    before: Option<&Told>,
    author: ParticipantId,
    to: &[ParticipantId],
) -> BTreeSet<ParticipantId> {
    let mut among = before.map_or_else(BTreeSet::new, |told| told.among.clone());
    for id in [author].iter().chain(to) {
        if among.len() < EXCHANGE_PROGRAMS_MAX {
            among.insert(*id);
        }
    }
    among
}

/// The programs a message goes to: those it names, and in a direct conversation the other side.
fn addressed(
    access: &Access,
    room: &Room,
    who: &Participant,
    mentions: &[ParticipantId],
) -> Vec<ParticipantId> {
    let program = |id: &ParticipantId| {
        *id != who.id
            && access
                .participant(*id)
                .is_some_and(|found| access.is_program(found))
    };
    match room.kind {
        RoomKind::Direct => room.members.keys().copied().filter(program).collect(),
        _ => mentions.iter().copied().filter(program).collect(),
    }
}

/// How many turns the room gives; more than usual only from those who may make a room looser than the mesh.
fn turns(access: &Access, room: &Room) -> u16 {
    let Some(record) = room.policy.as_deref() else {
        return TURNS_DEFAULT;
    };
    match record.policy.messages.turns {
        Some(turns) if access.may_loosen(record) => turns,
        Some(turns) => turns.min(TURNS_DEFAULT),
        None => TURNS_DEFAULT,
    }
}

fn circle(access: &Access, room: &Room, turns: u16) -> Refusal {
    let ruling = match room.policy.as_deref() {
        Some(record) if record.policy.messages.turns.is_some() => Ruling {
            name: Some("messages.turns".to_owned()),
            ..access.in_policy(record, RulingBy::Turns)
        },
        _ => Ruling::by(RulingBy::Turns),
    };
    Refusal::new(
        ErrorCode::RateLimited,
        format!(
            "you are in a loop: programs have answered one another {turns} times in {} without a person",
            refuse::room_label(room)
        ),
        Effect::NothingPosted,
        "a person was asked whether you may go on; until then write to people, to others or to nobody by name, or stop",
    )
    .ruled(ruling)
}

/// With the last turn a person is asked whether they may go on.
pub(super) fn ask(
    desk: &Desk<'_>,
    room: &Room,
    who: &Participant,
    taken: Taken,
) -> Option<NewEvent> {
    let approval = ApprovalId::at(room.id, desk.recent.head);
    let known = desk.work.approvals.contains_key(&approval);
    if !taken.last || known || desk.work.approvals.len() >= APPROVALS_ALL_MAX {
        return None;
    }
    Some(NewEvent::new(ApprovalRequested {
        approval,
        room: room.id,
        from: who.id,
        to: None,
        holds: None,
        until: desk.now().plus(EXCHANGE_QUIET_MS).0,
        guard: None,
        exchange: taken.among.into_iter().collect(),
    }))
}

mod pairs {
    use super::{BTreeMap, ParticipantId, RoomId, Told};
    use serde::{Deserialize, Deserializer, Serializer};

    type Place = (RoomId, ParticipantId);

    pub fn serialize<S: Serializer>(map: &BTreeMap<Place, Told>, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(map)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<Place, Told>, D::Error> {
        Ok(Vec::<(Place, Told)>::deserialize(d)?.into_iter().collect())
    }
}

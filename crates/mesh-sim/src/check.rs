//! Compares the machine with the model.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use mesh_core::{Access, Action, State, Stored, apply};
use mesh_log::{Log, Trust};
use mesh_model::{Actor, CapabilitySet, ErrorCode, Millis, ParticipantId, Refusal, Seq};
use mesh_node::machine::{Committed, Outcome};
use serde_json::value::RawValue;

use crate::model::{Answer, Asked, Model, Sort};
use crate::node::Node;
use crate::schedule::people;

/// The answer is the one the model gave.
pub fn answer(asked: &Asked, got: &Result<Outcome, Refusal>, expected: &Answer) {
    let fits = match (got, expected) {
        (Ok(outcome), Answer::Done { first, count }) => {
            !outcome.replayed && outcome.first.0 == *first && outcome.count == *count
        }
        (Ok(outcome), Answer::Replayed { first, count }) => {
            outcome.replayed && outcome.first.0 == *first && outcome.count == *count
        }
        (Err(refusal), Answer::Refused(code)) => {
            let ours = !matches!(
                refusal.code,
                ErrorCode::Internal | ErrorCode::NotStored | ErrorCode::ReadOnly
            );
            ours && code.is_none_or(|code| code == refusal.code)
        }
        _ => false,
    };
    assert!(
        fits,
        "{asked:#?}\nmust be answered with {expected:?}, not {got:?}"
    );
}

/// Messages and events were pushed to those who may hear them and to nobody else.
pub fn pushed(
    pushed: &BTreeMap<ParticipantId, Vec<(u64, String)>>,
    stored: &[Committed],
    model: &Model,
) {
    let said = |kind: &str| matches!(kind, "message.posted");
    for (who, events) in pushed {
        let mut expected = Vec::new();
        for note in model
            .notes
            .iter()
            .rev()
            .take_while(|note| stored.first().is_some_and(|first| note.seq >= first.seq.0))
        {
            if model.reads(*who, note) {
                expected.push(note.seq);
            }
        }
        expected.reverse();
        let got: Vec<u64> = events
            .iter()
            .filter(|(_, kind)| said(kind))
            .map(|(seq, _)| *seq)
            .collect();
        assert_eq!(got, expected, "what {who} was pushed");
    }
}

/// After a restart: the log is whole and is the model's, the state is the log's and the model's.
pub fn restarted(node: &Node, model: &Model) {
    let log = node.writer.log();
    log.verify(&Trust::AnyKey).expect("the chain verifies");
    assert_eq!(log.tail().seq, model.head(), "the log's end");
    let mut replayed = State::new();
    log.reader()
        .read_checked(mesh_log::Tail::EMPTY, |record| {
            let event = Committed::read(&record).expect("every event can be read");
            stored(&event, model);
            let Committed {
                seq, at, by, facts, ..
            } = &event;
            apply(
                &mut replayed,
                &Stored {
                    seq: *seq,
                    at: *at,
                    by,
                    facts,
                },
            );
            ControlFlow::Continue(())
        })
        .expect("the log can be read");
    assert!(
        replayed == *node.writer.state(),
        "the state is not the one the log gives"
    );
    state(&node.writer.state().access, model);
    clocks(node.writer.state(), model);
    keys(node.writer.state(), model);
}

/// An event as it is read back: what had to be erased is erased, and nothing else.
fn stored(event: &Committed, model: &Model) {
    if model.erased.contains(&event.seq.0) {
        assert!(event.content.is_none(), "event {} is not erased", event.seq);
        let mut whole = event.clone();
        let expected = &model.log[event.seq.0 as usize - 1].event.content;
        whole.content = expected
            .as_ref()
            .and_then(|json| RawValue::from_string(json.clone()).ok());
        line(&whole, model);
    } else {
        line(event, model);
    }
}

/// A stored event is the one the model expects at its place.
pub fn line(event: &Committed, model: &Model) {
    let expected = &model.log[event.seq.0 as usize - 1];
    let content = event.content.as_ref().map(|json| json.get().to_owned());
    let got = (
        event.at,
        event.by.actor,
        event.by.key,
        event.facts.kind(),
        content,
    );
    let wanted = (
        Millis(expected.at),
        expected.actor,
        expected.key,
        expected.event.kind,
        expected.event.content.clone(),
    );
    assert_eq!(got, wanted, "event {}", event.seq);
}

/// Every clock shows what the model counts, now and later.
fn clocks(state: &State, model: &Model) {
    assert_eq!(state.work.clocks().count(), model.faces.len());
    for face in &model.faces {
        let clock = state.work.clock(face.room).expect("the room has a clock");
        for later in [0, 1, 90_000] {
            let moment = model.now.max(face.seen) + later;
            assert_eq!(clock.shows(Millis(moment)).0, face.at(moment));
        }
    }
}

/// Every remembered key gives the first answer.
fn keys(state: &State, model: &Model) {
    for known in &model.keys {
        let found = state.remembered(known.who, known.key.key);
        let got = found.map(|found| (found.request, found.first.0, found.count));
        assert_eq!(
            got,
            Some((known.key.request, known.first, known.count)),
            "the key {:?}",
            known.key
        );
    }
}

/// Who is who, who is where and who may what.
pub fn state(access: &Access, model: &Model) {
    let handles: Vec<_> = access
        .participants()
        .map(|found| (found.id, &found.handle, found.is_enabled()))
        .collect();
    let mut expected: Vec<_> = model
        .people
        .iter()
        .map(|person| (person.id, &person.handle, !person.disabled))
        .collect();
    expected.sort();
    assert_eq!(handles, expected, "participants");
    for token in &model.tokens {
        let held = access.permissions(&Actor::Credential(token.holder, token.id));
        // Whether it has expired is asked with the time, not here.
        let revoked = model.roots(token.id).iter().any(|root| root.revoked);
        let alive = !revoked && model.is_up(token.holder);
        let wanted = if alive {
            token.permissions.iter().copied().collect()
        } else {
            Default::default()
        };
        assert_eq!(held, wanted, "what the {:?} may ask for", token.id);
    }
    assert_eq!(
        access.credentials().count(),
        model.tokens.len(),
        "credentials"
    );
    rooms(access, model);
    let sessions: Vec<_> = access
        .sessions()
        .map(|open| (open.id, open.participant, open.credential))
        .collect();
    let mut expected = model.sessions.clone();
    expected.sort();
    assert_eq!(sessions, expected, "open sessions");
    for letter in &model.letters {
        let found = access.invite(letter.id).expect("the invite is known");
        assert_eq!(
            found.uses_left() as usize,
            letter.uses - letter.came.len(),
            "uses left"
        );
        assert_eq!(found.revoked, letter.revoked);
    }
    for (id, name, room, members) in &model.groups {
        let found = access.group(*id).expect("the group is known");
        let mut members = members.clone();
        members.sort();
        assert_eq!((&found.name, found.room), (name, Some(*room)));
        assert_eq!(
            found.members.keys().copied().collect::<Vec<_>>(),
            members,
            "the group {name}"
        );
    }
    assert_eq!(access.groups().count(), model.groups.len(), "groups");
    for (name, version) in &model.types {
        assert_eq!(
            access.event_type(name).map(|known| known.version),
            Some(*version),
            "the type {name}"
        );
    }
}

fn rooms(access: &Access, model: &Model) {
    assert_eq!(access.rooms().count(), model.rooms.len(), "rooms");
    for room in &model.rooms {
        let found = access.room(room.id).expect("the room is known");
        assert_eq!(found.archived, room.archived, "{room:?}");
        let mut pins = room.pins.clone();
        pins.sort_unstable();
        let known: Vec<u64> = found.pins.keys().map(|message| message.0.0).collect();
        assert_eq!(known, pins, "{room:?}");
        let everybody = people().filter(|id| model.person(*id).is_some());
        for who in everybody {
            let may: CapabilitySet = model.may(room, who).into_iter().collect();
            assert_eq!(
                access.capabilities(room.id, who),
                may,
                "what {who} may in {room:?}"
            );
            let known =
                matches!(room.sort, Sort::Listed | Sort::Broadcast) || room.seat(who).is_some();
            assert_eq!(
                access.may(who, Action::See, room.id).is_ok(),
                known,
                "whether {who} knows {room:?}"
            );
            if room.sort != Sort::Broadcast {
                let since = access.member(room.id, who).map(|member| member.since);
                assert_eq!(
                    since,
                    room.seat(who).map(|seat| Seq(seat.since)),
                    "{who} in {room:?}"
                );
            }
        }
    }
    for who in people() {
        let readable = access.readable_rooms(who);
        for note in &model.notes {
            let from = readable.iter().find(|(room, _)| *room == note.room);
            let reads = from.is_some_and(|(_, from)| from.0 <= note.seq);
            assert_eq!(
                reads,
                model.reads(who, note),
                "whether {who} reads {note:?}"
            );
        }
    }
}

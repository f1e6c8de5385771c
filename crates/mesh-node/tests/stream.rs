//! What the node writes of an event, the stream's type reads: one declaration for both sides.

use mesh_core::{State, Stored, apply};
use mesh_model::api::{Ephemeral, ReceivedContent, StreamFrame, StreamItem};
use mesh_model::events::{By, Event, MessageFacts, QuarantineFacts, TaskFacts};
use mesh_model::{Actor, Facts, Millis, ParticipantId, Seq};
use mesh_node::machine::{Committed, Envelopes, Reader, encode_item};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    v: u16,
    facts: Box<RawValue>,
    content: Option<Box<RawValue>>,
}

const CORPUS: &str = include_str!("../../mesh-model/tests/events.jsonl");
const AT: Millis = Millis(1_795_000_000_000);

/// A line for each kind of event, as the log hands it to the fan-out.
fn corpus() -> Vec<Committed> {
    let lines = CORPUS.lines().enumerate();
    let lines = lines.map(|(place, line)| {
        let line: Line = serde_json::from_str(line).unwrap();
        let facts = Facts::decode(&line.kind, line.v, line.facts.get()).unwrap();
        committed(place as u64 + 1, facts, line.content)
    });
    lines.collect()
}

fn committed(seq: u64, facts: Facts, content: Option<Box<RawValue>>) -> Committed {
    let author = facts
        .written_by()
        .unwrap_or(ParticipantId(Uuid::from_u128(9)));
    Committed {
        seq: Seq(seq),
        at: AT,
        by: By {
            actor: Actor::User(author),
            key: None,
        },
        facts,
        content,
    }
}

/// A mesh with everybody in it whose words these are.
fn state(events: &[Committed]) -> State {
    let mut state = State::default();
    for event in events {
        let id = event.by.actor.participant().unwrap();
        let registered = json!({"participant": id, "kind": "agent", "handle": "rex", "trust": "untrusted",
            "visibility": "public"});
        let facts = Facts::decode("participant.registered", 1, &registered.to_string()).unwrap();
        apply(
            &mut state,
            &Stored {
                seq: event.seq,
                at: AT,
                by: &event.by,
                facts: &facts,
            },
        );
    }
    state
}

fn item(state: &State, event: &Committed, reader: Reader<'_>) -> StreamItem {
    let mut written = String::new();
    encode_item(&state.access, event, reader, &mut written);
    let item: StreamItem = serde_json::from_str(&written).unwrap();
    // Printed again it is what it was.
    assert_eq!(
        serde_json::to_value(&item).unwrap(),
        serde_json::from_str::<serde_json::Value>(&written).unwrap()
    );
    item
}

/// As readers get it: the words of a request are for whoever checks the log.
fn shown(mut facts: Facts) -> Facts {
    let posted = match &mut facts {
        Facts::Message(MessageFacts::Posted(posted)) => posted,
        Facts::Quarantine(QuarantineFacts::Waits(waits)) => &mut waits.message,
        _ => return facts,
    };
    if let Some(signed) = &mut posted.signed {
        signed.request = None;
    }
    facts
}

#[test]
fn every_event_is_read_as_it_happened() {
    let events = corpus();
    let state = state(&events);
    for event in &events {
        let mut item = item(&state, event, Reader::Person);
        assert_eq!((item.seq, item.at), (event.seq, AT));
        assert_eq!(item.event(), Some(shown(event.facts.clone())), "{item:?}");
        // A newer node may tell more, here and inside.
        let mut more = serde_json::to_value(&item).unwrap();
        more["data"]["unheard_of"] = json!({"a": 1});
        more["data"]["plan"]
            .as_object_mut()
            .map(|plan| plan.insert("unheard_of".into(), json!(2)));
        if more["data"]["plan"].is_null() {
            more["data"].as_object_mut().unwrap().remove("plan");
        }
        item = serde_json::from_value(more).unwrap();
        assert_eq!(item.event(), Some(shown(event.facts.clone())), "{item:?}");
    }
    let newer = json!({"seq": 1, "at": AT, "type": "moon.risen", "data": {"phase": "full"}});
    let newer: StreamItem = serde_json::from_value(newer).unwrap();
    assert_eq!(newer.event(), None);
}

/// The words of the one event that `wanted` takes.
fn said<E: Event>(
    reader: Reader<'_>,
    content: bool,
    wanted: impl Fn(&Facts) -> Option<E>,
) -> ReceivedContent<E::Content> {
    let mut events = corpus();
    let state = state(&events);
    let event = events.iter_mut().find(|event| {
        event.content.is_some() && event.facts.has_words() && wanted(&event.facts).is_some()
    });
    let event = event.unwrap();
    event.content.take_if(|_| !content);
    let item = item(&state, event, reader);
    item.said(&wanted(&item.event().unwrap()).unwrap())
}

#[test]
fn words_are_plain_enveloped_or_erased() {
    let finished = |facts: &Facts| match facts {
        Facts::Task(TaskFacts::Finished(it)) => Some(it.clone()),
        _ => None,
    };
    let plain = said(Reader::Person, true, finished).plain().unwrap().text;
    assert!(!plain.is_empty());
    let envelopes = Envelopes::new(&[1; 32]);
    match said(Reader::Program(&envelopes, None), true, finished) {
        ReceivedContent::Enveloped(text) => {
            assert!(text.contains(&plain) && text != plain, "{text}")
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        said(Reader::Person, false, finished),
        ReceivedContent::Erased
    );
    let queued = |facts: &Facts| match facts {
        Facts::Task(TaskFacts::Created(it)) => Some(it.clone()),
        _ => None,
    };
    assert!(
        !said(Reader::Person, true, queued)
            .plain()
            .unwrap()
            .prompt
            .is_empty()
    );
}

#[test]
fn a_message_is_read_whole() {
    let events = corpus();
    let state = state(&events);
    let messages = events.iter().filter_map(|event| {
        let (waits, facts) = match &event.facts {
            Facts::Message(MessageFacts::Posted(facts)) => (false, facts),
            Facts::Quarantine(QuarantineFacts::Waits(facts)) => (true, &facts.message),
            _ => {
                assert_eq!(item(&state, event, Reader::Person).message(), None);
                return None;
            }
        };
        let message = item(&state, event, Reader::Person).message().unwrap();
        assert_eq!(
            (message.id.0, message.room, message.trust),
            (event.seq, facts.room, facts.trust)
        );
        let quoted: Vec<_> = message.quotes.iter().map(|quote| quote.message).collect();
        assert_eq!(
            (message.mentions, quoted),
            (facts.mentions.clone(), facts.quotes.clone())
        );
        Some(waits)
    });
    let seen: Vec<_> = messages.collect();
    assert!(seen.contains(&true) && seen.contains(&false));
}

#[test]
fn frames_are_told_apart() {
    let read = |text: &str| serde_json::from_str::<StreamFrame>(text).unwrap();
    assert_eq!(read(r#"{"tail":9}"#), StreamFrame::Tail { tail: Seq(9) });
    let push = r#"{"prev":1,"seq":3,"push":[{"seq":3,"at":"2026-11-21T06:20:38Z","type":"a.b","data":{}}]}"#;
    assert!(
        matches!(read(push), StreamFrame::Push { prev: Seq(1), seq: Seq(3), push } if push.len() == 1)
    );
    let newer = r#"{"ephemeral":{"type":"humming","tune":"x"}}"#;
    assert_eq!(
        read(newer),
        StreamFrame::Ephemeral {
            ephemeral: Ephemeral::Other
        }
    );
}

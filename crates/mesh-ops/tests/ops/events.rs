//! What the node writes of every event is what its OpenAPI document says of it.

use jsonschema::Validator;
use mesh_core::{State, Stored, apply};
use mesh_model::events::By;
use mesh_model::{Actor, Facts, Millis, ParticipantId, Seq};
use mesh_node::machine::{Committed, Envelopes, Reader, encode_item};
use serde_json::{Value, json};
use uuid::Uuid;

const CORPUS: &str = include_str!("../../../mesh-model/tests/events.jsonl");
const AT: Millis = Millis(1_795_000_000_000);
const REX: ParticipantId = ParticipantId(Uuid::from_u128(9));

/// A type of the document that takes no field of an event which is not told there.
fn strict(document: &Value, name: &str) -> Validator {
    let mut components = document["components"].clone();
    for (name, schema) in components["schemas"].as_object_mut().unwrap() {
        let of_an_event = ["Data", "Facts", "Told"]
            .iter()
            .any(|end| name.ends_with(end));
        if of_an_event && schema.get("properties").is_some() {
            schema["additionalProperties"] = json!(false);
        }
    }
    let schema = json!({"$ref": format!("#/components/schemas/{name}"), "components": components});
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

#[track_caller]
fn fits(validator: &Validator, value: &Value) {
    let faults: Vec<_> = validator
        .iter_errors(value)
        .map(|fault| fault.to_string())
        .collect();
    assert!(faults.is_empty(), "{value:#}\n{faults:#?}");
}

/// Somebody whose words are not trusted, so that programs get them in an envelope.
fn state(by: &By) -> State {
    let registered = json!({"participant": REX, "kind": "agent", "handle": "rex", "trust": "untrusted",
        "visibility": "public"});
    let facts = Facts::decode("participant.registered", 1, &registered.to_string()).unwrap();
    let mut state = State::default();
    let stored = Stored {
        seq: Seq(1),
        at: AT,
        by,
        facts: &facts,
    };
    apply(&mut state, &stored);
    state
}

#[test]
fn every_event_is_written_as_the_document_says() {
    let document = mesh_ops::openapi();
    let (item, entry) = (
        strict(&document, "StreamItem"),
        strict(&document, "LogEntry"),
    );
    let by = By {
        actor: Actor::User(REX),
        key: None,
    };
    let state = state(&by);
    let envelopes = Envelopes::new(&[1; 32]);
    for (place, line) in CORPUS.lines().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        let kind = line["type"].as_str().unwrap();
        let seq = place + 2;
        fits(
            &entry,
            &json!({"seq": seq, "at": AT, "type": kind, "by": by, "facts": line["facts"]}),
        );
        let facts = || {
            let version = u16::try_from(line["v"].as_u64().unwrap()).unwrap();
            Facts::decode(kind, version, &line["facts"].to_string()).unwrap()
        };
        let content = line.get("content");
        for content in [content, None] {
            let event = Committed {
                seq: Seq(seq as u64),
                at: AT,
                by: by.clone(),
                facts: facts(),
                content: content.map(|words| serde_json::value::to_raw_value(words).unwrap()),
            };
            for reader in [Reader::Person, Reader::Program(&envelopes, None)] {
                let mut written = String::new();
                encode_item(&state.access, &event, reader, &mut written);
                fits(&item, &serde_json::from_str(&written).unwrap());
            }
        }
    }
}

#[test]
fn moments_are_texts_in_the_stream_and_numbers_in_the_log() {
    let document = mesh_ops::openapi();
    let (item, entry) = (
        strict(&document, "StreamItem"),
        strict(&document, "LogEntry"),
    );
    let muted = |until: Value| json!({"room": Uuid::nil(), "participant": REX, "until": until});
    let told =
        |until| json!({"seq": 1, "at": AT, "type": "room.member_muted", "data": muted(until)});
    let kept = |until| json!({"seq": 1, "at": AT, "type": "room.member_muted", "by": {}, "facts": muted(until)});
    assert!(item.is_valid(&told(json!(AT))) && !item.is_valid(&told(json!(AT.0))));
    assert!(entry.is_valid(&kept(json!(AT.0))) && !entry.is_valid(&kept(json!(AT))));
    let mut more = told(json!(AT));
    more["data"]["untold"] = json!(true);
    assert!(!item.is_valid(&more));
}

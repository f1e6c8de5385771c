//! A small log that others check their reader against: two signed batches, one body of which was erased.

use ed25519_dalek::SigningKey;
use mesh_proof::{Event, Tail, build_batch, erased_line};
use serde_json::value::{RawValue, to_raw_value};

fn raw(json: &str) -> Box<RawValue> {
    to_raw_value(&serde_json::from_str::<&RawValue>(json).unwrap()).unwrap()
}

#[test]
fn the_log_of_the_protocol_page_is_this() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let (by, facts) = (raw(r#"{"a":"node"}"#), raw(r#"{"room":"lobby"}"#));
    let (kept, gone) = (raw(r#"{"text":"grüß dich"}"#), raw(r#"{"text":"secret"}"#));
    let event = |at, content, salt: u8| Event {
        at,
        kind: "message.posted",
        v: 1,
        by: &by,
        facts: &facts,
        content,
        salt: [salt; 16],
    };
    let mut log = Vec::new();
    let first = [event(1_000, Some(&*kept), 1), event(1_001, Some(&*gone), 2)];
    let tail = build_batch(Tail::EMPTY, &first, Some(&key), &mut log).unwrap();
    build_batch(tail, &[event(1_002, None, 0)], Some(&key), &mut log).unwrap();
    let text = String::from_utf8(log).unwrap();
    let body = text.lines().find(|line| line.starts_with(r#"{"b":2,"#));
    let erased = text.replace(body.unwrap(), &erased_to(2, body.unwrap().len()));
    assert_eq!(include_str!("vectors/log.jsonl"), erased);
}

fn erased_to(seq: u64, bytes: usize) -> String {
    String::from_utf8(erased_line(seq, bytes)).unwrap()
}

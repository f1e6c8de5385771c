//! Every event that was ever written is read as it was written. `events.jsonl` holds a line for each
//! kind and version, and for further shapes of it; lines are added and never changed.

use std::collections::BTreeSet;

use mesh_model::Facts;
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    v: u16,
    #[serde(borrow)]
    facts: &'a RawValue,
}

const CORPUS: &str = include_str!("events.jsonl");

fn lines() -> impl Iterator<Item = Line<'static>> {
    CORPUS
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
}

#[test]
fn every_stored_form_is_read_and_written_again_byte_for_byte() {
    for line in lines() {
        let facts = Facts::decode(line.kind, line.v, line.facts.get()).unwrap();
        assert_eq!((facts.kind(), facts.version()), (line.kind, line.v));
        assert_eq!(facts.encode().unwrap().get(), line.facts.get());
    }
}

#[test]
fn every_event_that_this_program_writes_has_a_line() {
    let kept: BTreeSet<_> = lines().map(|line| (line.kind, line.v)).collect();
    let missing: Vec<_> = Facts::declared()
        .map(|event| (event.kind, event.version))
        .filter(|event| !kept.contains(event))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_field_that_nobody_knows_is_refused() {
    for line in lines() {
        let with = line.facts.get().replacen('{', "{\"unheard-of\":1,", 1);
        let with = with.replace(",}", "}");
        assert!(
            Facts::decode(line.kind, line.v, &with).is_err(),
            "{}",
            line.kind
        );
    }
}

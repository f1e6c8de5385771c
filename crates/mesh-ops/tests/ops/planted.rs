//! What a stranger writes reaches a program in an envelope or not at all, whatever field it stands in and by whatever way
//! it is read. The fields come from the registry, and so do the ways: a new operation is among them by itself.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::ops::{self, Declaration, Needs, OpKind};
use mesh_ops::Options;
use mesh_ops::testing::{Fixture, must};
use serde_json::{Map, Value, json};

use crate::house::{ByDoor, House};

/// Rooms of the examples, and one that the author rules.
const ROOMS: [&str; 3] = ["workshop", "lounge", "den"];
/// Longer inputs are not planted in: one field in a row of many is as good as another.
const FIELDS_MAX: usize = 64;
/// What nobody plants with: it ends the way in, or belongs to a person.
const LEFT_OUT: [&str; 4] = [
    "logout",
    "session.close",
    "token.revoke",
    "participant.disable",
];

/// A sentence that stands nowhere else. No name can be worded like it.
fn sentence(at: usize) -> String {
    format!("Zebra number {at} crosses the road now.")
}

/// Who wrote what where: the sentences by their numbers.
#[derive(Default)]
struct Planted {
    next: usize,
    taken: BTreeMap<usize, String>,
}

/// The places of an input that take any text: paths of steps through objects and lists.
fn free(
    document: &Value,
    schema: &Value,
    path: &[String],
    found: &mut Vec<Vec<String>>,
    deep: usize,
) {
    if found.len() >= FIELDS_MAX || deep > 7 {
        return;
    }
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let whole = document.pointer(name.trim_start_matches('#')).unwrap();
        return free(document, whole, path, found, deep + 1);
    }
    if schema.get("const").is_some() || schema.get("enum").is_some() {
        return;
    }
    for word in ["anyOf", "oneOf", "allOf"] {
        for part in schema[word].as_array().into_iter().flatten() {
            free(document, part, path, found, deep + 1);
        }
    }
    let named = |kind: &str| match &schema["type"] {
        Value::String(one) => one == kind,
        Value::Array(several) => several.iter().any(|one| one == kind),
        _ => false,
    };
    let closed = schema.get("pattern").is_some()
        || ["uuid", "date-time"].contains(&schema["format"].as_str().unwrap_or_default());
    if named("string") && !closed {
        found.push(path.to_vec());
    }
    let step = |name: &str| [path, &[name.to_owned()]].concat();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        free(document, field, &step(name), found, deep + 1);
    }
    if schema.get("items").is_some_and(Value::is_object) {
        free(document, &schema["items"], &step("0"), found, deep + 1);
    }
    let open = schema["additionalProperties"] == true
        || (schema.get("type").is_none()
            && schema.get("$ref").is_none()
            && schema["anyOf"].is_null());
    if open && schema["properties"].is_null() {
        found.push(step("a note"));
    }
}

/// The input with the words at a place.
fn with(input: &Value, path: &[String], words: &str) -> Value {
    let Some((step, rest)) = path.split_first() else {
        return Value::from(words);
    };
    if step == "0" {
        let first = input.get(0).cloned().unwrap_or_default();
        return json!([with(&first, rest, words)]);
    }
    let mut fields = input.as_object().cloned().unwrap_or_default();
    let inner = fields
        .get(step)
        .cloned()
        .unwrap_or_else(|| match step.as_str() {
            "relayed" => json!({"origin": "elsewhere", "sender": "somebody"}),
            _ => Value::Null,
        });
    fields.insert(step.clone(), with(&inner, rest, words));
    Value::Object(fields)
}

/// Whether somebody is let do it, by a session that has read nothing yet.
async fn writes(house: &House, token: &str, name: &str, input: Value) -> bool {
    let caller = house.door.authenticate(Some(token), None).await.unwrap();
    let opened = house.ok(token, "session.open", json!({})).await;
    let options = Options {
        session: serde_json::from_value(opened["session"].clone()).ok(),
        ..Options::default()
    };
    let done = house.door.call(&caller, name, input, options).await.is_ok();
    let over = json!({"session": opened["session"]});
    let _ = house.reply(token, "session.close", over, None).await;
    done
}

impl Planted {
    /// Writes in every free field of every command, one after the other, as far as it is let.
    async fn plant(
        &mut self,
        house: &House,
        fixture: &Fixture,
        token: &str,
        own: &Map<String, Value>,
    ) {
        let document = mesh_ops::openapi();
        for declaration in ops::all().filter(|one| one.kind == OpKind::Command) {
            if declaration.needs == Needs::Nothing || LEFT_OUT.contains(&declaration.name) {
                continue;
            }
            let name = format!("#/components/schemas/{}", input_of(&document, declaration));
            let schema = json!({ "$ref": name });
            let mut places = Vec::new();
            free(&document, &schema, &[], &mut places, 0);
            for place in places {
                for input in inputs(fixture, declaration, own) {
                    let at = self.next;
                    self.next += 1;
                    let input = with(&input, &place, &sentence(at));
                    if writes(house, token, declaration.name, input).await {
                        let what = format!("{} /{}", declaration.name, place.join("/"));
                        self.taken.insert(at, what);
                    }
                }
            }
        }
    }

    /// The places whose sentences stand openly in a text.
    fn open_in(&self, text: &str) -> BTreeSet<&str> {
        let bare = without_envelopes(text);
        let mut open = BTreeSet::new();
        for (at, _) in bare.match_indices("Zebra number ") {
            let rest = &bare[at + "Zebra number ".len()..];
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let place = digits
                .parse()
                .ok()
                .and_then(|at: usize| self.taken.get(&at));
            open.insert(place.map_or("what was refused", String::as_str));
        }
        open
    }
}

fn input_of(document: &Value, declaration: &Declaration) -> String {
    // The same generator that made the document names the type.
    let mut generator = schemars::SchemaGenerator::default();
    let schema = (declaration.input)(&mut generator);
    let name = schema.as_value()["$ref"].as_str().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default().to_owned();
    assert!(
        document["components"]["schemas"].get(&name).is_some(),
        "{}",
        declaration.name
    );
    name
}

/// What an operation is asked: its example, in each room, about the author's own things where it has some.
fn inputs(fixture: &Fixture, declaration: &Declaration, own: &Map<String, Value>) -> Vec<Value> {
    let example = fixture.input(declaration);
    let mut example = example.as_object().cloned().unwrap_or_default();
    for (field, value) in own {
        // It would ban itself.
        if example.contains_key(field) && !declaration.name.starts_with("member.") {
            example.insert(field.clone(), value.clone());
        }
    }
    if !example.contains_key("room") {
        return vec![Value::Object(example)];
    }
    let in_room = |room: &&str| {
        let mut input = example.clone();
        input.insert("room".to_owned(), json!(room));
        Value::Object(input)
    };
    ROOMS.iter().map(in_room).collect()
}

/// A text without what stands in envelopes. One that does not end is none.
fn without_envelopes(text: &str) -> String {
    const BEGIN: &str = "----- BEGIN UNTRUSTED MESSAGE ";
    let mut bare = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(BEGIN) {
        bare.push_str(&rest[..at]);
        let inner = &rest[at + BEGIN.len()..];
        let boundary: String = inner.chars().take_while(char::is_ascii_hexdigit).collect();
        let end = format!("----- END UNTRUSTED MESSAGE {boundary} -----");
        match inner.find(&end).filter(|_| boundary.len() == 32) {
            Some(end_at) => rest = &inner[end_at + end.len()..],
            None => {
                bare.push_str(BEGIN);
                rest = inner;
            }
        }
    }
    bare + rest
}

/// Everything that somebody can ask, as text; by the operation.
async fn read_all(
    house: &House,
    fixture: &Fixture,
    token: &str,
    about: &[&str],
) -> Vec<(&'static str, String)> {
    let mut read = Vec::new();
    let queries = ops::all().filter(|one| one.kind == OpKind::Query && one.needs != Needs::Owner);
    for declaration in queries {
        let mut asked = inputs(fixture, declaration, &Map::new());
        for field in ["participant", "agent", "worker"] {
            for who in about {
                let example = fixture.input(declaration);
                if example.get(field).is_some() {
                    asked.push(with(&example, &[field.to_owned()], who));
                }
            }
        }
        // Not only what the example narrows it to.
        asked.push(json!({}));
        for input in asked {
            if let Ok(reply) = house.reply(token, declaration.name, input, None).await {
                read.push((declaration.name, String::from_utf8(reply.body).unwrap()));
            }
        }
    }
    for name in ["event.list", "log.list"] {
        let mut after = json!(0);
        while let Ok(reply) = house
            .reply(token, name, json!({"after": after, "limit": 500}), None)
            .await
        {
            let page: Value = serde_json::from_slice(&reply.body).unwrap();
            read.push((name, page.to_string()));
            match page.get("next").filter(|next| !next.is_null()) {
                Some(next) => after = next.clone(),
                None => break,
            }
        }
    }
    read
}

/// A mesh as the examples take it for granted, with the author in all rooms and in one of its own, and a program that may
/// read whatever can be read.
async fn stage(house: &House, kind: &str, trust: &str) -> (Fixture, String, String) {
    let mut surface = ByDoor(house);
    let fixture = Fixture::prepare(&mut surface, &house.owner).await;
    let every: Vec<&str> = mesh_model::Permission::ALL
        .iter()
        .map(|permission| permission.name())
        .collect();
    // Whoever leads agents is no stranger: what it writes is told to everybody.
    let plain: Vec<&str> = every
        .iter()
        .copied()
        .filter(|name| !name.starts_with("admin:") && *name != "agents:admin")
        .collect();
    let author = json!({"agent": "stray", "kind": kind, "permissions": plain});
    let author = must(&mut surface, &house.owner, "agent.register", author).await;
    let author = author["token"].as_str().unwrap().to_owned();
    let reader = house.agent("reader", &every).await;
    for room in ["workshop", "lounge"] {
        for who in ["stray", "reader"] {
            let member = json!({"room": room, "participant": who});
            house.ok(&house.owner, "member.add", member).await;
            let all: Vec<&str> = mesh_model::Capability::ALL
                .iter()
                .map(|capability| capability.name())
                .collect();
            let may = json!({"room": room, "participant": who, "capabilities": all});
            house.ok(&house.owner, "member.capabilities", may).await;
        }
    }
    // Far more is asked here than anybody asks.
    let many = json!({"per_second": 0, "burst": 1_000_000});
    let limits = json!({"untrusted": many, "federated": many, "local": many});
    house.ok(&house.owner, "limits.set", limits).await;
    let distrust = json!({"participant": "stray", "trust": trust});
    house.ok(&house.owner, "participant.trust", distrust).await;
    assert!(writes(house, &author, "room.create", json!({"name": "den"})).await);
    let _ = house
        .reply(&reader, "room.join", json!({"room": "den"}), None)
        .await;
    (fixture, author, reader)
}

/// The things that are its own, by the fields that name them.
async fn own(house: &House, token: &str, who: &str) -> Map<String, Value> {
    let said = json!({"room": "lounge", "text": "Hello."});
    assert!(writes(house, token, "message.post", said).await);
    let listed = house
        .ok(&house.owner, "message.list", json!({"room": "lounge"}))
        .await;
    let mut own = Map::new();
    let last = listed["items"].as_array().and_then(|items| items.last());
    own.insert("message".to_owned(), last.unwrap()["id"].clone());
    for field in ["participant", "agent", "worker"] {
        own.insert(field.to_owned(), json!(who));
    }
    own
}

async fn plant_and_read(kind: &str, trust: &str) -> (Planted, Vec<String>, BTreeSet<String>) {
    let house = House::start().await;
    let (fixture, author, reader) = stage(&house, kind, trust).await;
    let mut planted = Planted::default();
    let own = own(&house, &author, "stray").await;
    planted.plant(&house, &fixture, &author, &own).await;
    let about = ["stray"];
    let mut leaks = Vec::new();
    for (name, text) in read_all(&house, &fixture, &reader, &about).await {
        let open = planted.open_in(&text);
        leaks.extend(open.into_iter().map(|place| format!("{place} by {name}")));
    }
    leaks.sort();
    leaks.dedup();
    let mut seen = BTreeSet::new();
    for (_, text) in read_all(&house, &fixture, &house.owner, &about).await {
        seen.extend(planted.open_in(&text).into_iter().map(str::to_owned));
    }
    (planted, leaks, seen)
}

/// Those fields in which words were planted, whatever the room.
fn places(planted: &Planted) -> BTreeSet<&str> {
    planted.taken.values().map(String::as_str).collect()
}

#[tokio::test]
async fn a_guest_s_words_reach_no_program_openly() {
    let (planted, leaks, seen) = plant_and_read("agent", "untrusted").await;
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    let places = places(&planted);
    let expected = [
        "message.post /text",
        "context.set /key",
        "presence.set /summary",
        "session.open /client/hostname",
        "participant.update /profile/display_name",
        "room.create /topic",
        "room.update /topic",
        "worker.enrol /machine",
        "approval.ask /question",
    ];
    for place in expected {
        assert!(places.contains(place), "{place} is not among {places:#?}");
    }
    // People read what was written: the test looks where it is.
    assert!(seen.len() >= expected.len(), "{seen:#?}");
}

#[tokio::test]
async fn nor_do_a_bridge_s() {
    let (planted, leaks, _) = plant_and_read("bridge", "federated").await;
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    let places = places(&planted);
    assert!(
        places.contains("message.post /relayed/sender"),
        "{places:#?}"
    );
}

#[tokio::test]
async fn words_of_this_mesh_reach_programs_as_they_are() {
    let (planted, leaks, _) = plant_and_read("agent", "local").await;
    assert!(leaks.len() >= 20, "{leaks:#?}");
    assert!(planted.taken.len() >= 20);
}

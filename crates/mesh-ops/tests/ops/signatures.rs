//! The signatures of messages, checked by somebody who has nothing but the log.

use std::ops::ControlFlow;

use crate::house::House;
use ed25519_dalek::{Signer, SigningKey};
use mesh_log::{Content, Log, LogEvent, LogReader, MemoryLog};
use mesh_model::{PublicKey, Seq, SignatureBytes};
use mesh_ops::check_signatures;
use mesh_proof::{Digest, statement};
use serde_json::value::RawValue;
use serde_json::{Value, json};

const SALT: [u8; 16] = [9; 16];

pub fn public(key: &SigningKey) -> String {
    PublicKey(key.verifying_key().to_bytes()).to_string()
}

fn sign(key: &SigningKey, statement: &str) -> String {
    SignatureBytes(key.sign(statement.as_bytes()).to_bytes()).to_string()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The field `signed` for a content.
pub async fn sign_content(
    house: &House,
    key: &SigningKey,
    room: &str,
    request: &str,
    content: &str,
) -> Value {
    let mesh = text(&house.ok(&house.owner, "status.get", json!({})).await["mesh"]);
    let hash = Digest(statement::body_hash(&SALT, content.as_bytes())).to_string();
    let stated = statement::message(&mesh, room, &public(key), request, &hash);
    json!({
        "key": public(key), "salt": "09".repeat(16), "sig": sign(key, &stated), "content": content,
    })
}

/// Says something signed and gives its place.
async fn say(house: &House, token: &str, key: &SigningKey, room: &str, request: &str) -> u64 {
    let content = json!({ "text": request }).to_string();
    let signed = sign_content(house, key, room, request, &content).await;
    let input = json!({"room": room, "signed": signed});
    let reply = house
        .reply(token, "message.post", input, Some(request))
        .await;
    let posted: Value = serde_json::from_slice(&reply.unwrap().body).unwrap();
    posted["seq"].as_u64().unwrap()
}

/// The same log with other words in its headers, chained anew: as somebody would forge it who holds
/// the node's key.
pub fn forged(reader: &LogReader, was: &str, is: &str) -> LogReader {
    let mut log = MemoryLog::new();
    let raw = |json: &str| RawValue::from_string(json.to_owned()).unwrap();
    let read = reader.read(1, |record| {
        let facts = raw(&record.facts.get().replace(was, is));
        let content = match record.content {
            Content::Json(json) => Some(raw(json)),
            _ => None,
        };
        let event = LogEvent {
            at: record.at,
            kind: record.kind,
            v: record.v,
            by: record.by,
            facts: &facts,
            content: content.as_deref(),
            salt: SALT,
        };
        log.append(log.tail(), &[event]).unwrap();
        ControlFlow::Continue(())
    });
    read.unwrap();
    log.reader()
}

#[tokio::test]
async fn the_log_alone_shows_who_signed() {
    let house = House::start().await;
    let permissions = [
        "agents:read",
        "agents:write",
        "messages:read",
        "messages:write",
    ];
    let rex = house.agent("rex", &permissions).await;
    let room = house
        .ok(&rex, "room.create", json!({"name": "workshop"}))
        .await;
    let room = text(&room["id"]);
    let (old, new) = (
        SigningKey::from_bytes(&[1; 32]),
        SigningKey::from_bytes(&[2; 32]),
    );
    let mesh = text(&house.ok(&rex, "status.get", json!({})).await["mesh"]);
    let me = text(&house.ok(&rex, "me.get", json!({})).await["participant"]["id"]);
    let add = |key: &SigningKey, replaces: Option<String>| {
        let stated = statement::key(&mesh, &me, &public(key));
        json!({"key": public(key), "proof": sign(key, &stated), "replaces": replaces})
    };
    house.ok(&rex, "identity.add", add(&old, None)).await;
    let first = say(&house, &rex, &old, &room, "first").await;
    house
        .ok(&rex, "identity.add", add(&new, Some(public(&old))))
        .await;
    let second = say(&house, &rex, &new, &room, "second").await;
    let unsigned = json!({"room": room, "text": "unsigned"});
    house.ok(&rex, "message.post", unsigned).await;
    // Words that are gone are no reason to doubt who signed them.
    let redact = json!({"message": format!("m{first}"), "reason": "a password"});
    house.ok(&rex, "message.redact", redact).await;

    let reader = house.door.node().log_reader();
    let found = check_signatures(&reader).unwrap();
    assert_eq!((found.good, found.unknown, found.bad), (2, 0, Vec::new()));

    let second = vec![Seq(second)];
    let bad = |was: &str, is: &str| check_signatures(&forged(&reader, was, is)).unwrap().bad;
    // The erased one has no content here to take a hash of, so it is left out of what follows.
    let only_second = |bad: Vec<Seq>| bad.into_iter().filter(|seq| seq.0 != first).collect();
    let bad = |was: &str, is: &str| -> Vec<Seq> { only_second(bad(was, is)) };
    assert!(bad("nothing", "nothing").is_empty());
    assert_eq!(bad("\"second\"", "\"another\""), second);
    assert_eq!(bad(&mesh, "018f0000-0000-7000-8000-000000000001"), second);
    // A key that was never this participant's.
    let added = format!("\"key\":\"{}\",\"replaces\"", public(&new));
    let other = format!("\"key\":\"{}\",\"replaces\"", public(&stranger()));
    assert_eq!(bad(&added, &other), second);
    let signed = check_signatures(&forged(&reader, ",\"request\":\"second\"", "")).unwrap();
    assert_eq!(signed.unknown, 1);
}

fn stranger() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

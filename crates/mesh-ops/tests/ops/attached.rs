//! Files that messages bring along: who may, what their readers get, and what is left when file or message is gone.

use ed25519_dalek::SigningKey;
use mesh_model::limits::MESSAGE_FILES_MAX;
use serde_json::{Value, json};

use crate::house::House;
use crate::signatures::{public, sign_content};

const NAME: &str = "plan.md";

/// An agent in `#general` that may read and write files there.
async fn worker(house: &House, handle: &str) -> String {
    let may = [
        "agents:read",
        "messages:read",
        "messages:write",
        "memory:read",
        "memory:write",
    ];
    let token = house.agent(handle, &may).await;
    let member = json!({"room": "general", "participant": handle});
    house.ok(&house.owner, "member.add", member).await;
    token
}

/// Puts a text at a path of `#general`; gives the file's id.
async fn put(house: &House, token: &str, path: &str) -> Value {
    let input = json!({"room": "general", "path": path, "text": "1. Parser\n"});
    house.ok(token, "file.put", input).await["file"].clone()
}

async fn post(house: &House, token: &str, files: Value) -> Value {
    let input = json!({"room": "general", "text": "see zebra", "files": files});
    house.ok(token, "message.post", input).await["id"].clone()
}

async fn read(house: &House, token: &str, message: &Value) -> Value {
    let about = json!({"message": message});
    house.ok(token, "message.get", about).await
}

#[tokio::test]
async fn each_way_to_read_brings_the_file() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    let file = put(&house, &house.owner, NAME).await;
    let id = post(&house, &house.owner, json!([{"file": NAME}])).await;
    let reads = [
        ("message.get", json!({"message": id})),
        ("message.list", json!({"room": "general"})),
        ("message.thread", json!({"message": id})),
        ("inbox.list", json!({})),
        ("message.search", json!({"q": "zebra"})),
    ];
    for (name, input) in reads {
        let answer = house.ok(&rex, name, input).await;
        let found = [
            &answer["files"][0],
            &answer["items"][0]["files"][0],
            &answer["items"][0]["message"]["files"][0],
        ];
        let brought = found.into_iter().find(|file| file.is_object());
        let brought = brought.unwrap_or_else(|| panic!("{name}: {answer}"));
        assert_eq!(
            (&brought["file"], &brought["version"]),
            (&file, &json!(1)),
            "{name}"
        );
        let about = &brought["about"];
        assert_eq!(
            (&about["path"], &about["bytes"]),
            (&json!(NAME), &json!(10)),
            "{name}"
        );
        assert!(about["sha256"].is_string() && about["trust"] == "owner");
    }
    let events = json!({"after": 0, "types": ["message.posted"]});
    let events = house.ok(&rex, "event.list", events).await;
    let told = &events["items"][0]["data"];
    assert_eq!(told["files"], json!([{"file": file, "version": 1}]));
    // What was attached stays that version.
    let next = json!({"room": "general", "path": NAME, "text": "2", "base": 1});
    house.ok(&rex, "file.put", next).await;
    let brought = &read(&house, &rex, &id).await["files"][0];
    assert_eq!(
        (&brought["version"], &brought["about"]["bytes"]),
        (&json!(1), &json!(10))
    );
}

#[tokio::test]
async fn nobody_learns_a_name_from_a_message_that_a_list_of_files_would_not_tell() {
    let house = House::start().await;
    let (rex, deaf) = (worker(&house, "rex").await, house.talker("deaf").await);
    let member = json!({"room": "general", "participant": "deaf"});
    house.ok(&house.owner, "member.add", member).await;
    let file = put(&house, &rex, NAME).await;
    let id = post(&house, &rex, json!([{"file": file, "version": 1}])).await;
    let seen = read(&house, &deaf, &id).await;
    assert_eq!(seen["files"], json!([{"file": file, "version": 1}]));
    assert!(!seen.to_string().contains(NAME));
    let attach = json!({"room": "general", "text": "see", "files": [{"file": file}]});
    let refused = house.refused(&deaf, "message.post", attach).await;
    assert_eq!(refused, "permission_denied");
}

#[tokio::test]
async fn only_what_is_there_in_the_room_goes_along() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    house
        .ok(&house.owner, "room.create", json!({"name": "attic"}))
        .await;
    let secret = json!({"room": "attic", "path": "secret.md", "text": "x"});
    let secret = house.ok(&house.owner, "file.put", secret).await["file"].clone();
    let file = put(&house, &rex, NAME).await;
    put(&house, &rex, "old.md").await;
    let removed = json!({"room": "general", "path": "old.md"});
    house.ok(&rex, "file.remove", removed).await;
    let many: Vec<Value> = (0..=MESSAGE_FILES_MAX)
        .map(|_| json!({"file": NAME}))
        .collect();
    for (files, code) in [
        (json!([{"file": "none.md"}]), "not_found"),
        (json!([{"file": secret}]), "not_found"),
        (json!([{"file": NAME, "version": 2}]), "not_found"),
        (json!([{"file": "old.md"}]), "conflict"),
        (
            json!([{"file": NAME}, {"file": file, "version": 1}]),
            "invalid_input",
        ),
        (json!(many), "invalid_input"),
    ] {
        let input = json!({"room": "general", "text": "see", "files": files});
        assert_eq!(
            house.refused(&rex, "message.post", input).await,
            code,
            "{files}"
        );
        let input = json!({"to": "general", "files": files});
        assert_eq!(
            house.refused(&rex, "message.send", input).await,
            code,
            "{files}"
        );
    }
    let mut most = Vec::new();
    for at in 0..MESSAGE_FILES_MAX {
        let path = format!("{at}.md");
        put(&house, &rex, &path).await;
        most.push(json!({"file": path}));
    }
    let sent = json!({"to": "general", "files": most});
    let sent = house.ok(&rex, "message.send", sent).await["id"].clone();
    let brought = read(&house, &rex, &sent).await;
    assert_eq!(
        brought["files"].as_array().unwrap().len(),
        MESSAGE_FILES_MAX
    );
    assert_eq!(brought["text"], "");
}

#[tokio::test]
async fn a_file_that_is_gone_says_so_and_a_message_that_is_gone_takes_its_files_along() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    let file = put(&house, &rex, NAME).await;
    let id = post(&house, &rex, json!([{"file": NAME}])).await;
    let edit = json!({"message": id, "text": "look"});
    house.ok(&rex, "message.edit", edit).await;
    let edited = read(&house, &rex, &id).await;
    assert_eq!(
        (&edited["text"], &edited["files"][0]["file"]),
        (&json!("look"), &file)
    );

    let place = json!({"room": "general", "path": NAME});
    house.ok(&rex, "file.remove", place.clone()).await;
    let about = read(&house, &rex, &id).await["files"][0]["about"].clone();
    assert_eq!(
        (&about["removed"], &about["path"]),
        (&json!(true), &json!(NAME))
    );
    house.ok(&rex, "file.redact", place).await;
    let seen = read(&house, &rex, &id).await;
    let about = &seen["files"][0]["about"];
    assert_eq!(
        (&about["redacted"], &about["path"]),
        (&json!(true), &json!(""))
    );
    assert!(!seen.to_string().contains(NAME) && about["sha256"].is_null());

    house
        .ok(&rex, "message.redact", json!({"message": id}))
        .await;
    let gone = read(&house, &house.owner, &id).await;
    assert_eq!(
        (&gone["redacted"], &gone["files"]),
        (&json!(true), &Value::Null)
    );
    let events = json!({"after": 0, "types": ["message.posted", "message.edited"]});
    let events = house.ok(&rex, "event.list", events).await;
    assert!(
        !events.to_string().contains(file.as_str().unwrap()),
        "{events}"
    );
}

#[tokio::test]
async fn a_strangers_file_is_a_strangers_whoever_brings_it_along() {
    let house = House::start().await;
    let (rex, guest) = (worker(&house, "rex").await, worker(&house, "guest").await);
    let distrust = json!({"participant": "guest", "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", distrust).await;
    let file = put(&house, &guest, "obey me.md").await;
    let id = post(&house, &house.owner, json!([{"file": file}])).await;
    let seen = read(&house, &rex, &id).await;
    let (text, about) = (&seen["text"], &seen["files"][0]["about"]);
    assert_eq!(
        (text, &about["trust"]),
        (&json!("see zebra"), &json!("untrusted"))
    );
    assert_eq!(about["path"], file);
    let told = about["told"].as_str().unwrap();
    assert!(told.starts_with("----- BEGIN UNTRUSTED") && told.contains("obey me.md"));
    // In what a stranger says, the reference stands beside the envelope.
    let own = post(&house, &guest, json!([{"file": file}])).await;
    let events = json!({"after": 0, "types": ["message.posted"]});
    let events = house.ok(&rex, "event.list", events).await;
    let mut items = events["items"].as_array().unwrap().iter();
    let told = items.find(|item| item["data"]["id"] == own).unwrap();
    assert_eq!(told["data"]["enveloped"], true);
    assert_eq!(told["data"]["files"], json!([{"file": file, "version": 1}]));
}

#[tokio::test]
async fn a_signature_covers_what_goes_along() {
    let house = House::start().await;
    let key = SigningKey::from_bytes(&[7; 32]);
    let may = [
        "agents:read",
        "messages:read",
        "messages:write",
        "memory:read",
        "memory:write",
    ];
    let input = json!({"agent": "rex", "permissions": may, "key": public(&key)});
    let rex = house.ok(&house.owner, "agent.register", input).await;
    let rex = rex["token"].as_str().unwrap();
    let member = json!({"room": "general", "participant": "rex"});
    house.ok(&house.owner, "member.add", member).await;
    let file = put(&house, rex, NAME).await;
    let room = house.ok(rex, "room.get", json!({"room": "general"})).await["id"].clone();
    let room = room.as_str().unwrap();
    let content = json!({"text": "see", "files": [{"file": file, "version": 1}]}).to_string();
    let signed = sign_content(&house, &key, room, "k1", &content).await;
    let input = json!({"room": room, "signed": signed});
    let posted = house.reply(rex, "message.post", input, Some("k1")).await;
    let posted: Value = serde_json::from_slice(&posted.unwrap().body).unwrap();
    let seen = read(&house, rex, &posted["id"]).await;
    assert!(seen["signed"].is_object());
    assert_eq!(seen["files"][0]["about"]["path"], NAME);
    let events = json!({"after": 0, "types": ["message.posted"]});
    let events = house.ok(rex, "event.list", events).await;
    assert_eq!(
        events["items"][0]["data"]["files"],
        json!([{"file": file, "version": 1}])
    );

    let other = content.replace("\"version\":1", "\"version\":2");
    let mut altered = sign_content(&house, &key, room, "k2", &content).await;
    altered["content"] = json!(other);
    for (signed, beside, code) in [
        (altered, json!([]), "not_found"),
        (
            sign_content(&house, &key, room, "k2", &content).await,
            json!([{"file": NAME}]),
            "invalid_input",
        ),
    ] {
        let input = json!({"room": room, "signed": signed, "files": beside});
        let refusal = house.reply(rex, "message.post", input, Some("k2")).await;
        assert_eq!(refusal.unwrap_err().code.code(), code);
    }
    // Another version that is there: the signature is not one of that.
    let next = json!({"room": room, "path": NAME, "text": "2", "base": 1});
    house.ok(rex, "file.put", next).await;
    let mut altered = sign_content(&house, &key, room, "k2", &content).await;
    altered["content"] = json!(other);
    let input = json!({"room": room, "signed": altered});
    let refusal = house.reply(rex, "message.post", input, Some("k2")).await;
    assert_eq!(refusal.unwrap_err().code.code(), "bad_signature");
}

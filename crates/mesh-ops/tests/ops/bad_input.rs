//! What makes no sense is refused by name, with a stable code and a hint, and nothing is stored.

use crate::house::House;
use mesh_model::limits::{MESSAGE_BYTES_MAX, TEXT_CHARS_MAX};
use serde_json::{Value, json};

#[tokio::test]
async fn bad_requests_are_told_apart_and_store_nothing() {
    let house = House::start().await;
    let owner = house.owner.clone();
    house
        .ok(&owner, "room.create", json!({"name": "lab"}))
        .await;
    let posted = house
        .ok(
            &owner,
            "message.post",
            json!({"room": "lab", "text": "hello"}),
        )
        .await;
    let before = house.door.node().head();
    let deep = (0..40).fold(json!({}), |inner, _| json!({ "x": inner }));
    let cases: Vec<(&str, Value, &str)> = vec![
        ("no.such", json!({}), "unknown_operation"),
        ("message.post", json!([]), "invalid_input"),
        ("message.post", json!({"room": "lab"}), "invalid_input"),
        (
            "message.post",
            json!({"room": "lab", "text": 7}),
            "invalid_input",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": "a", "colour": "red"}),
            "invalid_input",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": " "}),
            "invalid_input",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": "a\u{0}"}),
            "invalid_input",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": "a", "priority": "urgent"}),
            "invalid_input",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": "a", "payload": deep}),
            "invalid_input",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": "a", "payload_type": "x"}),
            "invalid_input",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": "a", "payload": {}, "payload_type": "x"}),
            "not_found",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": "x".repeat(MESSAGE_BYTES_MAX + 1)}),
            "too_large",
        ),
        (
            "message.post",
            json!({"room": "nowhere", "text": "a"}),
            "not_found",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": "a", "reply_to": "m99999"}),
            "not_found",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": "a", "reply_to": "99"}),
            "invalid_input",
        ),
        (
            "message.post",
            json!({"room": "lab", "text": "a", "idempotency_key": ""}),
            "invalid_input",
        ),
        (
            "message.send",
            json!({"to": "@nobody", "text": "a"}),
            "not_found",
        ),
        (
            "message.send",
            json!({"to": "group:none", "text": "a"}),
            "not_found",
        ),
        (
            "message.list",
            json!({"room": "lab", "limit": 0}),
            "invalid_input",
        ),
        (
            "message.list",
            json!({"room": "lab", "limit": 501}),
            "invalid_input",
        ),
        (
            "message.list",
            json!({"room": "lab", "after": -1}),
            "invalid_input",
        ),
        (
            "message.list",
            json!({"room": "lab", "after": 9_000_000}),
            "bad_cursor",
        ),
        (
            "message.list",
            json!({"room": "lab", "min_seq": 9_000_000}),
            "bad_cursor",
        ),
        ("event.list", json!({"after": 9_000_000}), "bad_cursor"),
        ("log.list", json!({"after": 9_000_000}), "bad_cursor"),
        ("message.get", json!({"message": "m1"}), "not_found"),
        ("room.create", json!({"name": "Lab"}), "invalid_input"),
        ("room.create", json!({"name": "lab"}), "name_taken"),
        (
            "room.create",
            json!({"name": "x", "topic": "y".repeat(TEXT_CHARS_MAX + 1)}),
            "invalid_input",
        ),
        (
            "agent.register",
            json!({"agent": "rex", "preset": "worker", "permissions": []}),
            "invalid_input",
        ),
        (
            "agent.register",
            json!({"agent": "rex", "profile": {"display_name": "a\nb"}}),
            "invalid_input",
        ),
        (
            "token.create",
            json!({"participant": "owner", "expires": "2001-01-01T00:00:00Z"}),
            "invalid_input",
        ),
        (
            "token.create",
            json!({"participant": "owner", "expires": "soon"}),
            "invalid_input",
        ),
        (
            "token.revoke",
            json!({"credential": "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b"}),
            "not_found",
        ),
        (
            "key.create",
            json!({"name": "bot", "per_minute": 0}),
            "invalid_input",
        ),
        (
            "user.create",
            json!({"username": "bea", "password": "short", "role": "user"}),
            "invalid_input",
        ),
        (
            "user.update",
            json!({"user": "nobody", "role": "user"}),
            "not_found",
        ),
        ("inbox.ack", json!({}), "invalid_input"),
        ("inbox.ack", json!({"upto": 9_000_000}), "invalid_input"),
        (
            "invite.redeem",
            json!({"code": "x", "handle": "y", "key": "00".repeat(32), "nonce": "n".repeat(16), "proof": "00".repeat(64)}),
            "bad_signature",
        ),
        (
            "event_type.register",
            json!({"name": "x", "schema": {"type": "nothing"}}),
            "invalid_input",
        ),
        (
            "event.publish",
            json!({"room": "lab", "type": "none", "payload": {}}),
            "not_found",
        ),
    ];
    for (name, input, code) in cases {
        assert_eq!(
            house.refused(&owner, name, input.clone()).await,
            code,
            "{name} {input}"
        );
    }
    assert_eq!(
        house.door.node().head(),
        before,
        "a refused request left something in the log"
    );
    let list = house
        .ok(&owner, "message.list", json!({"room": "lab"}))
        .await;
    assert_eq!(list["items"][0]["id"], posted["id"]);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn payloads_are_held_to_their_schema() {
    let house = House::start().await;
    let owner = house.owner.clone();
    house
        .ok(&owner, "room.create", json!({"name": "lab"}))
        .await;
    let schema = |kind: &str| json!({"type": "object", "required": ["n"], "properties": {"n": {"type": kind}}});
    house
        .ok(
            &owner,
            "event_type.register",
            json!({"name": "count", "schema": schema("integer")}),
        )
        .await;
    let publish = |n: Value| json!({"room": "lab", "type": "count", "payload": {"n": n}});
    house.ok(&owner, "event.publish", publish(json!(1))).await;
    assert_eq!(
        house
            .refused(&owner, "event.publish", publish(json!("one")))
            .await,
        "schema_mismatch"
    );
    let again = house
        .ok(
            &owner,
            "event_type.register",
            json!({"name": "count", "schema": schema("string")}),
        )
        .await;
    assert_eq!(again["version"], 2);
    house
        .ok(&owner, "event.publish", publish(json!("one")))
        .await;
    assert_eq!(
        house
            .refused(&owner, "event.publish", publish(json!(1)))
            .await,
        "schema_mismatch"
    );
    let typed =
        json!({"room": "lab", "text": "counted", "payload": {"n": "two"}, "payload_type": "count"});
    let posted = house.ok(&owner, "message.post", typed).await;
    let read = house
        .ok(&owner, "message.get", json!({"message": posted["id"]}))
        .await;
    assert_eq!(
        (&read["payload"]["n"], &read["payload_type"]),
        (&json!("two"), &json!("count"))
    );
}

//! A keyed command is carried out once, however often it is sent, over a restart too.

use crate::house::House;
use serde_json::{Value, json};

async fn keyed(house: &House, name: &str, input: Value, key: &str) -> (Value, bool) {
    let reply = house
        .reply(&house.owner, name, input, Some(key))
        .await
        .unwrap();
    (serde_json::from_slice(&reply.body).unwrap(), reply.replayed)
}

#[tokio::test]
async fn the_same_request_is_answered_as_the_first_time() {
    let house = House::start().await;
    let room = json!({"name": "lab", "topic": "tests"});
    let first = keyed(&house, "room.create", room.clone(), "k1").await;
    let again = keyed(&house, "room.create", room.clone(), "k1").await;
    assert_eq!((&first.0, first.1, again.1), (&again.0, false, true));
    let message = json!({"room": "lab", "text": "once"});
    let posted = keyed(&house, "message.post", message.clone(), "k2").await.0;
    house
        .ok(
            &house.owner,
            "room.update",
            json!({"room": "lab", "name": "studio"}),
        )
        .await;
    house
        .ok(&house.owner, "room.create", json!({"name": "lab"}))
        .await;
    // The name means another room now; the answer is still about the first one.
    assert_eq!(
        keyed(&house, "message.post", message.clone(), "k2").await,
        (posted.clone(), true)
    );
    let house = house.restart().await;
    assert_eq!(
        keyed(&house, "message.post", message, "k2").await,
        (posted, true)
    );
    assert_eq!(keyed(&house, "room.create", room, "k1").await.0, first.0);
    let list = house
        .ok(&house.owner, "message.list", json!({"room": "studio"}))
        .await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let house = House::start().await;
    house
        .ok(&house.owner, "room.create", json!({"name": "lab"}))
        .await;
    keyed(
        &house,
        "message.post",
        json!({"room": "lab", "text": "a"}),
        "k",
    )
    .await;
    let other = house
        .reply(
            &house.owner,
            "message.post",
            json!({"room": "lab", "text": "b"}),
            Some("k"),
        )
        .await;
    assert_eq!(other.unwrap_err().code.code(), "idempotency_mismatch");
    let other = house
        .reply(
            &house.owner,
            "room.create",
            json!({"name": "den"}),
            Some("k"),
        )
        .await;
    assert_eq!(other.unwrap_err().code.code(), "idempotency_mismatch");
    let in_body = json!({"room": "lab", "text": "a", "idempotency_key": "k"});
    let reply = house
        .reply(&house.owner, "message.post", in_body, None)
        .await
        .unwrap();
    assert!(reply.replayed);
    // Keys are each participant's own.
    let rex = house.talker("rex").await;
    house.ok(&rex, "room.join", json!({"room": "lab"})).await;
    let reply = house
        .reply(
            &rex,
            "message.post",
            json!({"room": "lab", "text": "a"}),
            Some("k"),
        )
        .await
        .unwrap();
    assert!(!reply.replayed);
}

#[tokio::test]
async fn secrets_are_shown_once() {
    let house = House::start().await;
    let owner = house.owner.clone();
    for (name, input, secret) in [
        ("agent.register", json!({"agent": "rex"}), "token"),
        ("key.create", json!({"name": "grafana"}), "token"),
        (
            "token.create",
            json!({"participant": "owner", "permissions": ["messages:read"]}),
            "token",
        ),
        ("invite.create", json!({}), "code"),
    ] {
        let (mut first, _) = keyed(&house, name, input.clone(), name).await;
        let (again, replayed) = keyed(&house, name, input, name).await;
        assert!(replayed && first[secret].is_string(), "{name}: {first}");
        assert_eq!(again[secret], Value::Null, "{name}");
        if secret == "token" {
            // The repetition withdrew nothing.
            house
                .ok(first["token"].as_str().unwrap(), "me.get", json!({}))
                .await;
        }
        for field in ["token", "code", "path"] {
            if first.get(field).is_some() {
                first[field] = Value::Null;
            }
        }
        assert_eq!(again, first, "{name}");
    }
    let users = json!({"username": "ana", "password": "correct horse battery", "role": "user"});
    let first = keyed(&house, "user.create", users.clone(), "u").await;
    assert_eq!(
        keyed(&house, "user.create", users, "u").await,
        (first.0, true)
    );
    house
        .ok(
            &owner,
            "login",
            json!({"username": "ana", "password": "correct horse battery"}),
        )
        .await;
}

#[tokio::test]
async fn several_commands_of_one_request_are_each_done_once() {
    let house = House::start().await;
    let user = json!({"username": "ana", "password": "correct horse battery", "role": "user"});
    house.ok(&house.owner, "user.create", user).await;
    let change = json!({"user": "ana", "role": "viewer", "disabled": true});
    keyed(&house, "user.update", change.clone(), "k").await;
    let head = house.door.node().head();
    let (_, replayed) = keyed(&house, "user.update", change, "k").await;
    assert!(replayed);
    assert_eq!(house.door.node().head(), head);
}

#[tokio::test]
async fn a_first_direct_message_opens_one_conversation_however_many_come_at_once() {
    let house = House::start().await;
    let rex = house.talker("rex").await;
    let send = |token: String, to: &'static str| {
        let house = &house;
        async move {
            house
                .ok(&token, "message.send", json!({"to": to, "text": "hi"}))
                .await["room"]
                .clone()
        }
    };
    let (a, b, c, d) = tokio::join!(
        send(house.owner.clone(), "@rex"),
        send(rex.clone(), "@owner"),
        send(house.owner.clone(), "@rex"),
        send(rex.clone(), "@owner")
    );
    assert!(
        a.is_string() && a == b && b == c && c == d,
        "{a} {b} {c} {d}"
    );
    let rooms = house.ok(&rex, "room.list", json!({})).await;
    let direct: Vec<_> = rooms["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|room| room["kind"] == "direct")
        .collect();
    assert_eq!(direct.len(), 1);
    assert_eq!(
        (&direct[0]["with"]["handle"], &direct[0]["unread"]),
        (&json!("owner"), &json!(2))
    );
}

#[tokio::test]
async fn a_repetition_is_answered_though_it_would_be_refused_by_now() {
    let house = House::start().await;
    house
        .ok(&house.owner, "group.create", json!({"name": "helpers"}))
        .await;
    let room = json!({"name": "den", "access": "private"});
    keyed(&house, "room.create", room.clone(), "room").await;
    let message = json!({"room": "den", "text": "last words"});
    let posted = keyed(&house, "message.post", message.clone(), "post")
        .await
        .0;
    let left = keyed(&house, "room.leave", json!({"room": "den"}), "leave")
        .await
        .0;
    let gone = keyed(&house, "group.delete", json!({"group": "helpers"}), "group")
        .await
        .0;
    // The room is unknown to who left it, and the group is no more.
    assert_eq!(
        house
            .refused(&house.owner, "room.leave", json!({"room": "den"}))
            .await,
        "not_found"
    );
    assert_eq!(
        keyed(&house, "room.leave", json!({"room": "den"}), "leave").await,
        (left, true)
    );
    assert_eq!(
        keyed(&house, "message.post", message, "post").await,
        (posted, true)
    );
    assert_eq!(
        keyed(&house, "group.delete", json!({"group": "helpers"}), "group").await,
        (gone, true)
    );
    let other = house
        .reply(
            &house.owner,
            "room.leave",
            json!({"room": "gone"}),
            Some("leave"),
        )
        .await;
    assert_eq!(other.unwrap_err().code.code(), "idempotency_mismatch");
    let fresh = house
        .reply(
            &house.owner,
            "room.leave",
            json!({"room": "den"}),
            Some("new"),
        )
        .await;
    assert_eq!(fresh.unwrap_err().code.code(), "not_found");
}

#[tokio::test]
async fn a_refused_direct_message_opens_no_conversation() {
    let house = House::start().await;
    house.talker("rex").await;
    let head = house.door.node().head();
    for input in [
        json!({"to": "@rex", "text": " "}),
        json!({"to": "@rex", "text": "x", "reply_to": "m1"}),
        json!({"to": "@rex", "text": "x".repeat(60_000)}),
    ] {
        house
            .reply(&house.owner, "message.send", input, None)
            .await
            .unwrap_err();
    }
    assert_eq!(house.door.node().head(), head);
}

//! A private room leaks nothing to whoever is not in it, whichever way it asks.

use crate::house::House;
use serde_json::{Value, json};

#[tokio::test]
async fn a_private_room_is_unknown_to_outsiders_in_every_query() {
    let house = House::start().await;
    let (ins, out) = (
        house.talker("insider").await,
        house.talker("outsider").await,
    );
    let room =
        json!({"name": "vault-room", "topic": "plumbus plans", "access": "private", "members": []});
    let room = house.ok(&ins, "room.create", room).await;
    let post = json!({"room": "vault-room", "text": "the plumbus is ready, @outsider and @owner"});
    let posted = house.ok(&ins, "message.post", post).await;
    let id = room["id"].as_str().unwrap();
    for token in [&out, &house.owner] {
        for (name, input) in [
            ("room.get", json!({"room": "vault-room"})),
            ("room.get", json!({ "room": id })),
            ("message.list", json!({ "room": id })),
            ("message.list", json!({"room": "#vault-room"})),
            ("member.list", json!({ "room": id })),
            ("message.get", json!({"message": posted["id"]})),
            ("message.thread", json!({"message": posted["id"]})),
            ("message.receipts", json!({"message": posted["id"]})),
            ("message.search", json!({"q": "plumbus", "room": id})),
            ("stay.list", json!({ "room": id })),
            ("event.list", json!({ "room": id })),
            ("room.join", json!({ "room": id })),
            ("room.leave", json!({ "room": id })),
            ("message.post", json!({"room": id, "text": "x"})),
            (
                "message.edit",
                json!({"message": posted["id"], "text": "x"}),
            ),
            ("message.delete", json!({"message": posted["id"]})),
            ("message.history", json!({"message": posted["id"]})),
            (
                "message.react",
                json!({"message": posted["id"], "reaction": "👍"}),
            ),
            (
                "message.unreact",
                json!({"message": posted["id"], "reaction": "👍"}),
            ),
            ("message.pin", json!({"message": posted["id"]})),
            ("message.unpin", json!({"message": posted["id"]})),
            ("message.pins", json!({ "room": id })),
            ("room.typing", json!({"room": id, "typing": true})),
        ] {
            assert_eq!(
                house.refused(token, name, input.clone()).await,
                "not_found",
                "{name} {input}"
            );
        }
        for (name, input) in [
            ("room.list", json!({})),
            ("message.search", json!({"q": "plumbus"})),
            ("stay.list", json!({})),
            ("stay.list", json!({"participant": "insider"})),
            ("event.list", json!({"limit": 500})),
            ("inbox.list", json!({})),
            ("participant.list", json!({"q": "plumbus"})),
            ("presence.list", json!({})),
        ] {
            let answer = house.ok(token, name, input).await.to_string();
            assert!(
                !answer.contains(id)
                    && !answer.contains("plumbus")
                    && !answer.contains("vault-room"),
                "{name}: {answer}"
            );
        }
    }
    let found = house
        .ok(&ins, "message.search", json!({"q": "plumbus"}))
        .await;
    assert_eq!(found["items"][0]["message"]["id"], posted["id"]);
}

#[tokio::test]
async fn what_was_said_before_joining_a_private_room_stays_unread_and_leaving_ends_it() {
    let house = House::start().await;
    let (ins, new) = (
        house.talker("insider").await,
        house.talker("newcomer").await,
    );
    house
        .ok(
            &ins,
            "room.create",
            json!({"name": "den", "access": "private"}),
        )
        .await;
    let post = |text: &str| json!({"room": "den", "text": text});
    let early = house.ok(&ins, "message.post", post("early words")).await;
    let newcomer = json!({"room": "den", "participant": "newcomer"});
    let refused = house.refused(&ins, "member.add", newcomer.clone()).await;
    assert_eq!(refused, "capability_denied");
    house.ok(&ins, "member.invite", newcomer).await;
    let asked = house.ok(&new, "member.invitations", json!({})).await;
    assert_eq!(asked["items"][0]["by"]["handle"], "insider");
    house
        .ok(&new, "member.accept", json!({"room": "den"}))
        .await;
    house.ok(&ins, "message.post", post("later words")).await;
    let texts = |list: &Value| -> Vec<String> {
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["text"].as_str().unwrap().to_owned())
            .collect()
    };
    let list = house.ok(&new, "message.list", json!({"room": "den"})).await;
    assert_eq!(
        (texts(&list), &list["prev"]),
        (vec!["later words".to_owned()], &Value::Null)
    );
    assert_eq!(
        house
            .refused(&new, "message.get", json!({"message": early["id"]}))
            .await,
        "not_found"
    );
    let reply = json!({"room": "den", "text": "x", "reply_to": early["id"]});
    assert_eq!(
        house.refused(&new, "message.post", reply).await,
        "not_found"
    );
    assert_eq!(
        house
            .ok(&new, "message.search", json!({"q": "words"}))
            .await["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(house.ok(&new, "inbox.list", json!({})).await["waiting"], 1);
    house
        .ok(
            &ins,
            "member.remove",
            json!({"room": "den", "participant": "newcomer"}),
        )
        .await;
    assert_eq!(
        house
            .refused(&new, "message.list", json!({"room": "den"}))
            .await,
        "not_found"
    );
    assert_eq!(house.ok(&new, "inbox.list", json!({})).await["waiting"], 0);
}

#[tokio::test]
async fn hidden_participants_are_in_no_list() {
    let house = House::start().await;
    let out = house.talker("outsider").await;
    let mole = json!({"agent": "mole", "visibility": "hidden", "permissions": ["messages:read", "messages:write"]});
    house.ok(&house.owner, "agent.register", mole).await;
    for (name, input) in [
        ("participant.list", json!({})),
        ("presence.list", json!({})),
        ("event.list", json!({"limit": 500})),
    ] {
        let answer = house.ok(&out, name, input).await.to_string();
        assert!(!answer.contains("mole"), "{name}: {answer}");
    }
    assert_eq!(
        house
            .refused(&out, "participant.get", json!({"participant": "@mole"}))
            .await,
        "not_found"
    );
    assert_eq!(
        house
            .refused(&out, "message.send", json!({"to": "@mole", "text": "x"}))
            .await,
        "not_found"
    );
    house
        .ok(
            &house.owner,
            "participant.get",
            json!({"participant": "mole"}),
        )
        .await;
}

#[tokio::test]
async fn the_owner_comes_into_a_private_room_only_so_that_its_members_see_it() {
    let house = House::start().await;
    let ins = house.talker("insider").await;
    let room = house
        .ok(
            &ins,
            "room.create",
            json!({"name": "den", "access": "private"}),
        )
        .await;
    let id = room["id"].clone();
    assert_eq!(
        house
            .refused(&house.owner, "message.list", json!({ "room": id }))
            .await,
        "not_found"
    );
    house
        .ok(
            &house.owner,
            "member.add",
            json!({"room": id, "participant": "owner"}),
        )
        .await;
    let seen = house
        .ok(
            &ins,
            "event.list",
            json!({"types": ["room.member_joined"], "limit": 500}),
        )
        .await;
    let last = seen["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["room"], &last["from"]["handle"]),
        (&id, &json!("owner"))
    );
}

//! Reactions, pins and the earlier texts of a message: who may, what readers get, and what is left when the message is gone.

use mesh_model::limits::{PINS_MAX, REACTION_KINDS_MAX, REACTORS_TOLD_MAX};
use serde_json::{Value, json};

use crate::house::House;

/// An agent in `#general`.
async fn talker(house: &House, handle: &str) -> String {
    let token = house.talker(handle).await;
    let member = json!({"room": "general", "participant": handle});
    house.ok(&house.owner, "member.add", member).await;
    token
}

async fn post(house: &House, token: &str, text: &str) -> Value {
    let input = json!({"room": "general", "text": text});
    house.ok(token, "message.post", input).await["id"].clone()
}

async fn react(house: &House, token: &str, message: &Value, reaction: &str) -> Value {
    let input = json!({"message": message, "reaction": reaction});
    house.ok(token, "message.react", input).await
}

async fn id_of(house: &House, token: &str) -> Value {
    house.ok(token, "me.get", json!({})).await["participant"]["id"].clone()
}

#[tokio::test]
async fn each_way_to_read_brings_the_reactions_and_none_is_a_message() {
    let house = House::start().await;
    let rex = talker(&house, "rex").await;
    let id = post(&house, &rex, "see zebra").await;
    let (owner, me) = (id_of(&house, &house.owner).await, id_of(&house, &rex).await);
    let waits = json!({"upto": id.as_str().unwrap()[1..].parse::<u64>().unwrap()});
    house.ok(&house.owner, "inbox.ack", waits).await;
    react(&house, &house.owner, &id, "rocket").await;
    react(&house, &rex, &id, "👍").await;
    let twice = react(&house, &house.owner, &id, "👍").await;
    assert_eq!(
        react(&house, &house.owner, &id, ":+1:").await["seq"],
        twice["seq"]
    );
    let expected = json!([
        {"reaction": "🚀", "count": 1, "by": [owner]},
        {"reaction": "👍", "count": 2, "own": true, "by": [me, owner]},
    ]);
    let reads = [
        ("message.get", json!({"message": id})),
        ("message.list", json!({"room": "general"})),
        ("message.thread", json!({"message": id})),
        ("message.search", json!({"q": "zebra"})),
    ];
    for (name, input) in reads {
        let answer = house.ok(&rex, name, input).await;
        let found = [
            &answer["reactions"],
            &answer["items"][0]["reactions"],
            &answer["items"][0]["message"]["reactions"],
        ];
        assert!(found.contains(&&expected), "{name}: {answer}");
    }
    // Nobody has anything more to read.
    for token in [&rex, &house.owner] {
        let inbox = house.ok(token, "inbox.list", json!({})).await;
        assert_eq!(inbox["waiting"], 0, "{inbox}");
    }
    let events = json!({"after": 0, "types": ["message.reacted"]});
    let events = house.ok(&rex, "event.list", events).await;
    assert_eq!(events["items"].as_array().unwrap().len(), 3);
    let first = &events["items"][0]["data"];
    assert_eq!((&first["message"], &first["reaction"]), (&id, &json!("🚀")));

    house
        .ok(
            &rex,
            "message.unreact",
            json!({"message": id, "reaction": "thumbsup"}),
        )
        .await;
    let left = house.ok(&rex, "message.get", json!({"message": id})).await;
    assert_eq!(
        left["reactions"][1],
        json!({"reaction": "👍", "count": 1, "by": [owner]})
    );
    let house = house.restart().await;
    let again = house.ok(&rex, "message.get", json!({"message": id})).await;
    assert_eq!(again, left);
}

#[tokio::test]
async fn a_message_has_so_many_kinds_and_an_answer_names_so_many() {
    let house = House::start().await;
    let id = post(&house, &house.owner, "vote").await;
    let kinds: Vec<_> = "🍎🍌🍒🍋🍇🍉🍓🥑🍞🧀🍕🍔🌮🥚🍿🧂🍪🎂🍫🍬☕"
        .chars()
        .collect();
    assert_eq!(kinds.len(), REACTION_KINDS_MAX + 1);
    let mut voters = Vec::new();
    for number in 0..REACTORS_TOLD_MAX + 1 {
        voters.push(talker(&house, &format!("v{number}")).await);
    }
    for (voter, kind) in voters.iter().zip(&kinds[..REACTION_KINDS_MAX]) {
        react(&house, voter, &id, &kind.to_string()).await;
    }
    let more = json!({"message": id, "reaction": kinds[REACTION_KINDS_MAX].to_string()});
    assert_eq!(
        house.refused(&voters[0], "message.react", more).await,
        "conflict"
    );
    for voter in &voters {
        react(&house, voter, &id, "🍎").await;
    }
    let told = house
        .ok(&voters[20], "message.get", json!({"message": id}))
        .await;
    let first = &told["reactions"][0];
    assert_eq!((&first["count"], &first["own"]), (&json!(21), &json!(true)));
    assert_eq!(first["by"].as_array().unwrap().len(), REACTORS_TOLD_MAX);
}

#[tokio::test]
async fn reactions_and_pins_go_with_the_message() {
    let house = House::start().await;
    let rex = talker(&house, "rex").await;
    for how in ["message.delete", "message.redact"] {
        let id = post(&house, &rex, "gone soon").await;
        react(&house, &house.owner, &id, "🎉").await;
        house
            .ok(&house.owner, "message.pin", json!({"message": id}))
            .await;
        house.ok(&rex, how, json!({"message": id})).await;
        let left = house
            .ok(&house.owner, "message.get", json!({"message": id}))
            .await;
        assert!(left["reactions"].is_null(), "{left}");
        let pins = house
            .ok(&rex, "message.pins", json!({"room": "general"}))
            .await;
        assert_eq!(pins["items"], json!([]));
        let again = json!({"message": id, "reaction": "🎉"});
        assert_eq!(house.refused(&rex, "message.react", again).await, "gone");
        let history = json!({"message": id});
        assert_eq!(
            house.refused(&rex, "message.history", history).await,
            "gone"
        );
    }
    let (seq, lines) = house.door.node().view().dump().unwrap();
    assert!(seq.0 > 0 && !lines.contains("reactions "), "{lines}");
}

#[tokio::test]
async fn pins_are_listed_in_their_order_and_bounded() {
    let house = House::start().await;
    let rex = talker(&house, "rex").await;
    let mut ids = Vec::new();
    for number in 0..=PINS_MAX {
        ids.push(post(&house, &house.owner, &format!("note {number}")).await);
    }
    ids.reverse();
    for id in &ids[..PINS_MAX] {
        house
            .ok(&house.owner, "message.pin", json!({"message": id}))
            .await;
    }
    let more = json!({"message": ids[PINS_MAX]});
    assert_eq!(
        house.refused(&house.owner, "message.pin", more).await,
        "conflict"
    );
    let denied = house
        .refused(&rex, "message.unpin", json!({"message": ids[0]}))
        .await;
    assert_eq!(denied, "capability_denied");
    house
        .ok(&house.owner, "message.unpin", json!({"message": ids[0]}))
        .await;
    let pins = house
        .ok(&rex, "message.pins", json!({"room": "general"}))
        .await;
    let listed: Vec<_> = pins["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pin| pin["message"]["id"].clone())
        .collect();
    assert_eq!(listed, ids[1..PINS_MAX]);
    assert_eq!(pins["items"][0]["by"]["handle"], "owner");
    let room = house.ok(&rex, "room.get", json!({"room": "general"})).await;
    assert_eq!(room["pinned"], json!(listed));
    // Somebody who knows of the room and is not in it learns nothing of what is said there.
    let out = house.talker("outsider").await;
    let room = house.ok(&out, "room.get", json!({"room": "general"})).await;
    assert!(room["pinned"].is_null(), "{room}");
}

#[tokio::test]
async fn the_history_of_a_message_is_each_text_it_had() {
    let house = House::start().await;
    let rex = talker(&house, "rex").await;
    let id = post(&house, &rex, "the build is red").await;
    for text in ["the build is amber", "the build is green"] {
        house
            .ok(&rex, "message.edit", json!({"message": id, "text": text}))
            .await;
    }
    let about = json!({"message": id});
    let history = house
        .ok(&house.owner, "message.history", about.clone())
        .await;
    let items = history["items"].as_array().unwrap();
    let texts: Vec<_> = items
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    assert_eq!(
        texts,
        [
            "the build is red",
            "the build is amber",
            "the build is green"
        ]
    );
    assert!(
        items
            .iter()
            .all(|one| one["from"]["handle"] == "rex" && one["trust"] == "local")
    );
    assert_eq!(
        items[0]["seq"].as_u64().unwrap(),
        id.as_str().unwrap()[1..].parse::<u64>().unwrap()
    );
    let out = house.talker("outsider").await;
    assert_eq!(
        house.refused(&out, "message.history", about).await,
        "not_found"
    );
}

#[tokio::test]
async fn earlier_words_of_a_stranger_come_to_programs_in_an_envelope() {
    let house = House::start().await;
    let (rex, guest) = (talker(&house, "rex").await, talker(&house, "guest").await);
    let distrust = json!({"participant": "guest", "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", distrust).await;
    let id = post(&house, &guest, "look at the zebra").await;
    house
        .ok(
            &guest,
            "message.edit",
            json!({"message": id, "text": "look at the horse"}),
        )
        .await;
    let about = json!({"message": id});
    let program = house.ok(&rex, "message.history", about.clone()).await;
    for version in program["items"].as_array().unwrap() {
        let text = version["text"].as_str().unwrap();
        assert!(text.starts_with("----- BEGIN UNTRUSTED MESSAGE "), "{text}");
        assert_eq!(version["enveloped"], true);
    }
    let person = house.ok(&house.owner, "message.history", about).await;
    assert_eq!(person["items"][0]["text"], "look at the zebra");
    assert!(person["items"][0]["guard"].is_object());
}

#[tokio::test]
async fn whoever_came_later_learns_nothing_of_what_is_done_to_older_messages() {
    let house = House::start().await;
    let late = house.talker("late").await;
    let room = json!({"name": "attic", "access": "private", "history": "since_join"});
    house.ok(&house.owner, "room.create", room).await;
    let posted = json!({"room": "attic", "text": "before"});
    let posted = house.ok(&house.owner, "message.post", posted).await["id"].clone();
    let member = json!({"room": "attic", "participant": "late"});
    house.ok(&house.owner, "member.add", member).await;
    react(&house, &house.owner, &posted, "👀").await;
    house
        .ok(&house.owner, "message.pin", json!({"message": posted}))
        .await;
    let edit = json!({"message": posted, "text": "still before"});
    house.ok(&house.owner, "message.edit", edit).await;
    let kinds = ["message.reacted", "message.pinned", "message.edited"];
    let events = json!({"after": 0, "types": kinds});
    let seen = house.ok(&late, "event.list", events.clone()).await;
    assert_eq!(seen["items"], json!([]), "{seen}");
    let seen = house.ok(&house.owner, "event.list", events).await;
    assert_eq!(seen["items"].as_array().unwrap().len(), 3);
    let pins = house
        .ok(&late, "message.pins", json!({"room": "attic"}))
        .await;
    assert_eq!(pins["items"], json!([]));
    let sign = json!({"message": posted, "reaction": "👍"});
    assert_eq!(
        house.refused(&late, "message.react", sign).await,
        "not_found"
    );
}

//! The WebSocket: hello, calls, pushes, resuming, sessions, frames out of turn.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::house::House;
use crate::ws::Client;

#[tokio::test]
async fn hello_opens_a_session() {
    let house = House::start().await;
    let client = house.hello(&house.owner).await;
    let hello = &client.hello;
    assert_eq!(hello["participant"]["handle"], "owner");
    assert_eq!(hello["resumed"], false);
    assert!(hello["head"].as_u64().unwrap() > 0);
    assert!(
        hello["welcome"]["greeting"]
            .as_str()
            .unwrap()
            .starts_with("Welcome"),
        "{hello}"
    );
}

#[tokio::test]
async fn calls_are_answered_by_their_number() {
    let house = House::start().await;
    let mut client = house.hello(&house.owner).await;
    for id in 0..50 {
        let text = format!("message {id}");
        client.send(json!({"id": id, "call": "message.post", "input": {"room": "general", "text": text}})).await;
    }
    let mut answered = Vec::new();
    for _ in 0..50 {
        let frame = client.frame().await;
        assert!(frame["ok"]["seq"].is_u64(), "{frame}");
        answered.push(frame["id"].as_u64().unwrap());
    }
    answered.sort_unstable();
    assert_eq!(answered, (0..50).collect::<Vec<_>>());
    let missing = client.call("no.such", json!({})).await;
    assert_eq!(missing["problem"]["code"], "unknown_operation");
    let wrong = client
        .call("message.post", json!({"room": "general"}))
        .await;
    assert_eq!(wrong["problem"]["code"], "invalid_input");
    // An absent input is an empty one.
    client.send(json!({"id": 99, "call": "me.get"})).await;
    assert_eq!(client.frame().await["ok"]["participant"]["handle"], "owner");
    let key = json!({"room": "general", "text": "once", "idempotency_key": "k"});
    let first = client.call("message.post", key.clone()).await;
    assert_eq!(first["ok"], client.call("message.post", key).await["ok"]);
}

/// Takes pushes until `last`, checks their chain from `place` on, and gives the messages' texts.
async fn chain(client: &mut Client, mut place: u64, last: u64) -> Vec<String> {
    let mut texts = Vec::new();
    while place < last {
        let frame = client.frame().await;
        let Some(items) = frame["push"].as_array() else {
            continue;
        };
        assert_eq!(frame["prev"].as_u64(), Some(place), "{frame}");
        for item in items {
            let seq = item["seq"].as_u64().unwrap();
            assert!(seq > place, "{frame}");
            place = seq;
            if item["type"] == "message.posted" {
                texts.push(item["data"]["text"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(frame["seq"].as_u64(), Some(place));
    }
    texts
}

#[tokio::test]
async fn pushes_form_a_chain_and_resume_without_gap() {
    let house = House::start().await;
    let rex = house.agent("rex", &["general"]).await;
    let mut client = house.hello(&rex).await;
    let begun = client.subscribe(json!({"types": ["message.posted"]})).await["ok"]["head"]
        .as_u64()
        .unwrap();
    let mut last = 0;
    for at in 0..5 {
        last = house.say("general", &format!("live {at}")).await;
    }
    assert_eq!(chain(&mut client, begun, last).await.len(), 5);
    drop(client);
    let before = last;
    for at in 0..300 {
        last = house.say("general", &format!("missed {at}")).await;
    }
    let mut client = house.hello(&rex).await;
    let subscribe = json!({"after": before, "types": ["message.posted"]});
    assert!(
        client.subscribe(subscribe).await["ok"]["head"]
            .as_u64()
            .unwrap()
            >= last
    );
    last = house.say("general", "live again").await;
    let texts = chain(&mut client, before, last).await;
    assert_eq!(texts.len(), 301);
    assert_eq!(
        (texts[0].as_str(), texts[300].as_str()),
        ("missed 0", "live again")
    );
}

#[tokio::test]
async fn items_have_the_published_shape() {
    let house = House::start().await;
    let room = house.room("workshop").await;
    let mut client = house.hello(&house.owner).await;
    client.subscribe(json!({"rooms": ["workshop"]})).await;
    let seq = house.say("workshop", "hello @owner").await;
    let push = client.push().await;
    let item = &push["push"][0];
    assert_eq!(
        (item["seq"].as_u64(), &item["type"], &item["room"]),
        (Some(seq), &json!("message.posted"), &json!(room))
    );
    assert_eq!(item["from"]["handle"], "owner");
    assert_eq!(
        (&item["data"]["id"], &item["data"]["text"]),
        (&json!(format!("m{seq}")), &json!("hello @owner"))
    );
    assert_eq!(item["data"]["mentions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn quiet_streams_hear_how_far_the_log_is() {
    let house = House::start().await;
    house.room("elsewhere").await;
    let rex = house.agent("rex", &[]).await;
    let mut client = house.hello(&rex).await;
    client
        .subscribe(json!({"rooms": [], "types": ["room.archived"]}))
        .await;
    let seq = house.say("elsewhere", "not for rex").await;
    loop {
        let frame = client.frame().await;
        assert!(frame.get("push").is_none(), "{frame}");
        if frame["tail"].as_u64().is_some_and(|tail| tail >= seq) {
            break;
        }
    }
}

#[tokio::test]
async fn a_session_goes_on_and_belongs_to_one_connection() {
    let house = House::start().await;
    let mut first = house.hello(&house.owner).await;
    let session = first.hello["session"].clone();
    let mut second = Client::connect(house.at, &[]).await;
    second
        .send(json!({"hello": {"token": house.owner, "session": session}}))
        .await;
    let hello = second.frame().await["hello"].clone();
    assert_eq!(
        (&hello["session"], &hello["resumed"]),
        (&session, &json!(true))
    );
    assert_eq!(first.closed().await, 4409);
    assert!(second.call("me.get", json!({})).await["ok"].is_object());
    // Somebody else's session cannot be taken.
    let rex = house.agent("rex", &[]).await;
    let mut thief = Client::connect(house.at, &[]).await;
    thief
        .send(json!({"hello": {"token": rex, "session": session}}))
        .await;
    assert_eq!(thief.frame().await["problem"]["code"], "session_conflict");
    assert_eq!(thief.closed().await, 4409);
    assert!(second.call("me.get", json!({})).await["ok"].is_object());
}

#[tokio::test]
async fn closing_a_session_or_disabling_its_owner_ends_the_connection() {
    let house = House::start().await;
    let mut client = house.hello(&house.owner).await;
    let session = client.hello["session"].clone();
    client
        .send(json!({"id": 1, "call": "session.close", "input": {"session": session}}))
        .await;
    assert_eq!(client.closed().await, 4410);
    let rex = house.agent("rex", &[]).await;
    let mut client = house.hello(&rex).await;
    assert_eq!(
        house
            .post("/api/participants/rex/disable", json!({}))
            .await
            .status,
        200
    );
    let code = client.closed().await;
    assert!([4401, 4403].contains(&code), "{code}");
}

#[tokio::test]
async fn frames_out_of_turn() {
    let house = House::start().await;
    // Before hello nothing else is heard.
    let mut client = Client::connect(house.at, &[]).await;
    client.send(json!({"id": 1, "call": "me.get"})).await;
    assert_eq!(client.frame().await["problem"]["code"], "out_of_turn");
    assert_eq!(client.closed().await, 4400);
    // A second hello changes nothing.
    let mut client = house.hello(&house.owner).await;
    client.send(json!({"hello": {"token": house.owner}})).await;
    assert_eq!(client.frame().await["problem"]["code"], "out_of_turn");
    assert!(client.call("me.get", json!({})).await["ok"].is_object());
    // JSON of the wrong shape is answered, with its number where it has one.
    for (frame, id) in [
        (json!({"id": 7}), json!(7)),
        (json!({"id": 7, "call": 8}), json!(7)),
        (json!({"id": 7, "call": "me.get", "colour": 1}), json!(7)),
        (json!([]), Value::Null),
    ] {
        client.send(frame.clone()).await;
        let answer = client.frame().await;
        assert_eq!(
            (&answer["problem"]["code"], &answer["id"]),
            (&json!("invalid_input"), &id),
            "{frame}"
        );
    }
    assert!(client.call("me.get", json!({})).await["ok"].is_object());
    let bad = client.subscribe(json!({"after": 999_999})).await;
    assert_eq!(bad["problem"]["code"], "bad_cursor");
    let bad = client.subscribe(json!({"rooms": ["nowhere"]})).await;
    assert_eq!(bad["problem"]["code"], "not_found");
}

#[tokio::test]
async fn what_ends_a_connection() {
    let house = House::start().await;
    let mut nobody = Client::connect(house.at, &[]).await;
    nobody
        .send(json!({"hello": {"token": "mesh_ag_nonsense"}}))
        .await;
    assert_eq!(nobody.frame().await["problem"]["code"], "unauthenticated");
    assert_eq!(nobody.closed().await, 4401);
    for (message, code, close) in [
        (Message::text("{"), "invalid_input", 4400),
        (Message::binary(vec![1, 2, 3]), "invalid_input", 4400),
        (Message::text("x".repeat(300 * 1024)), "too_large", 4413),
    ] {
        let mut client = house.hello(&house.owner).await;
        client.socket.send(message).await.unwrap();
        assert_eq!(client.frame().await["problem"]["code"], code);
        assert_eq!(client.closed().await, close);
    }
    let mut client = house.hello(&house.owner).await;
    client.socket.close(None).await.unwrap();
    while let Some(Ok(_)) = client.socket.next().await {}
    assert_eq!(house.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn pings_are_answered_and_typing_passes_by() {
    let house = House::start().await;
    let rex = house.agent("rex", &["general"]).await;
    let mut listener = house.hello(&house.owner).await;
    listener.subscribe(json!({})).await;
    listener
        .socket
        .send(Message::Ping(b"there?".as_slice().into()))
        .await
        .unwrap();
    loop {
        if let Message::Pong(payload) = listener.socket.next().await.unwrap().unwrap() {
            assert_eq!(&payload[..], b"there?");
            break;
        }
    }
    let mut rex = house.hello(&rex).await;
    let head = house.node.head();
    assert!(
        rex.call("room.typing", json!({"room": "general", "typing": true}))
            .await["ok"]
            .is_object()
    );
    loop {
        let frame = listener.frame().await;
        if frame["ephemeral"]["type"] == "typing" {
            assert_eq!(frame["ephemeral"]["participant"]["handle"], "rex");
            break;
        }
    }
    assert_eq!(house.node.head(), head);
}

#[tokio::test]
async fn the_node_says_goodbye() {
    let mut house = House::start().await;
    let mut client = house.hello(&house.owner).await;
    let mut silent = Client::connect(house.at, &[]).await;
    silent.send(json!({"hello": {"token": house.owner}})).await;
    silent.frame().await;
    house.stop().await;
    assert_eq!(client.closed().await, 1001);
    assert_eq!(silent.closed().await, 1001);
}

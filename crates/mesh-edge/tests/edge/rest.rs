//! Operations over HTTP: shapes, idempotency, cursors, reads of one's own writes.

use serde_json::{Value, json};

use crate::house::House;
use crate::http::Request;

#[tokio::test]
async fn rooms_and_messages_have_the_published_shapes() {
    let house = House::start().await;
    let made = house.post("/api/rooms", json!({"name": "workshop"})).await;
    assert_eq!(
        (made.status, made.header("content-type")),
        (201, Some("application/json"))
    );
    let room = made.json();
    assert_eq!(room["name"], "workshop");
    assert!(
        room["seq"].is_u64() && room["id"].as_str().unwrap().len() == 36,
        "{room}"
    );
    let mut seqs = Vec::new();
    for text in ["one", "two", "three", "four"] {
        let posted = house
            .post("/api/rooms/workshop/messages", json!({ "text": text }))
            .await
            .json();
        let seq = posted["seq"].as_u64().unwrap();
        assert_eq!(posted["id"], format!("m{seq}"));
        assert!(posted["at"].as_str().unwrap().ends_with('Z'));
        seqs.push(seq);
    }
    // Read at once: what was answered is seen.
    let texts = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["text"].as_str().unwrap().to_owned())
            .collect()
    };
    let id = room["id"].as_str().unwrap();
    let newest = house
        .get(&format!("/api/rooms/{id}/messages?limit=2"))
        .await
        .json();
    assert_eq!(texts(&newest), ["three", "four"]);
    assert!(newest["next"].is_null());
    let before = newest["prev"].as_u64().unwrap();
    let older = house
        .get(&format!(
            "/api/rooms/workshop/messages?limit=2&before={before}"
        ))
        .await
        .json();
    assert_eq!(texts(&older), ["one", "two"]);
    assert!(older["prev"].is_null());
    let after = house
        .get(&format!("/api/rooms/workshop/messages?after={}", seqs[1]))
        .await
        .json();
    assert_eq!(texts(&after), ["three", "four"]);
    let item = &after["items"][0];
    assert_eq!(item["from"]["handle"], "owner");
    for field in [
        "id", "seq", "at", "room", "from", "text", "mentions", "priority",
    ] {
        assert!(item.get(field).is_some(), "{field}: {item}");
    }
}

#[tokio::test]
async fn a_repeated_key_is_answered_as_the_first_time() {
    let house = House::start().await;
    house.room("workshop").await;
    let post = |key: &str, text: &str| {
        Request::new("POST", "/api/rooms/workshop/messages")
            .token(&house.owner)
            .header("idempotency-key", key)
            .json(&json!({ "text": text }))
            .send(house.at)
    };
    let first = post("k1", "hello").await;
    assert_eq!(
        (first.status, first.header("idempotency-replayed")),
        (201, None)
    );
    let again = post("k1", "hello").await;
    assert_eq!(
        (again.status, again.header("idempotency-replayed")),
        (201, Some("true"))
    );
    assert_eq!(first.json(), again.json());
    let other = post("k1", "something else").await;
    assert_eq!(
        (other.status, other.code().as_str()),
        (409, "idempotency_mismatch")
    );
    let in_body = json!({"text": "hello", "idempotency_key": "k1"});
    let in_body = house.post("/api/rooms/workshop/messages", in_body).await;
    assert_eq!(in_body.json(), first.json());
    let page = house.get("/api/rooms/workshop/messages").await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_read_can_wait_for_a_place() {
    let house = House::start().await;
    let seq = house.say("general", "hello").await;
    let there = house
        .get(&format!("/api/rooms/general/messages?min_seq={seq}"))
        .await;
    assert_eq!(there.status, 200);
    let beyond = house
        .get("/api/rooms/general/messages?min_seq=999999")
        .await;
    assert_eq!((beyond.status, beyond.code().as_str()), (400, "bad_cursor"));
}

#[tokio::test]
async fn every_declared_address_is_served() {
    let house = House::start().await;
    let document = house.get("/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 30);
    for (path, methods) in paths {
        // Nobody is signed in: an address that is served says so, or wants something in the body.
        let path = path.replace(['{', '}'], "");
        for method in methods.as_object().unwrap().keys() {
            let answer = Request::new(&method.to_uppercase(), &path)
                .send(house.at)
                .await;
            assert!(
                ![404, 405].contains(&answer.status),
                "{method} {path}: {answer:?}"
            );
        }
    }
}

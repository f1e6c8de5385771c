//! Commands in flight on one connection reach the log in the order in which they were sent.

use serde_json::{Value, json};

use crate::house::House;
use crate::ws::Client;

/// More than the guard looks through without a thread of its own.
const LONG: usize = 12 * 1024;

/// Sends the posts one behind the other, and gives the place of each once all are answered.
async fn places(client: &mut Client, posts: Vec<Value>) -> Vec<u64> {
    let count = posts.len();
    for (id, input) in posts.into_iter().enumerate() {
        let frame = json!({"id": id, "call": "message.post", "input": input});
        client.send(frame).await;
    }
    let mut places = vec![0; count];
    for _ in 0..count {
        let frame = client.frame().await;
        let id = usize::try_from(frame["id"].as_u64().unwrap()).unwrap();
        places[id] = frame["ok"]["seq"]
            .as_u64()
            .unwrap_or_else(|| panic!("{frame}"));
    }
    places
}

#[tokio::test]
async fn posts_of_every_cost_keep_their_order() {
    let house = House::start().await;
    house.room("scanned").await;
    let path = "/api/rooms/scanned/policy";
    let scanned = crate::http::Request::new("PUT", path)
        .token(&house.owner)
        .json(&json!({"policy": {"guard": {"scan": "all"}}}))
        .send(house.at)
        .await;
    assert_eq!(scanned.status, 200, "{scanned:?}");
    let said = json!({"text": "the first"});
    let first = house.post("/api/rooms/scanned/messages", said).await.json()["id"].clone();
    let mut client = house.hello(&house.owner).await;
    let posts = (0..200).map(|n| {
        let room = if n % 3 == 2 { "general" } else { "scanned" };
        match n % 4 {
            // Scanned on a thread of its own.
            0 => json!({"room": room, "text": "zebra ".repeat(LONG / 6)}),
            // What it replies to is looked up in the view.
            1 => json!({"room": "scanned", "text": format!("reply {n}"), "reply_to": first}),
            _ => json!({"room": room, "text": format!("short {n}")}),
        }
    });
    let places = places(&mut client, posts.collect()).await;
    assert!(places.is_sorted(), "{places:?}");
}

#[tokio::test]
async fn more_posts_than_a_turn_of_the_scheduler_takes_keep_their_order() {
    let house = House::start().await;
    let mut client = house.hello(&house.owner).await;
    let posts = (0..1000).map(|n| json!({"room": "general", "text": format!("message {n}")}));
    let places = places(&mut client, posts.collect()).await;
    assert!(places.is_sorted(), "{places:?}");
}

#[tokio::test]
async fn who_waits_for_work_holds_nothing_up() {
    let house = House::start().await;
    let token = house.agent("rex", &["general"]).await;
    let mut client = house.hello(&token).await;
    let enrolled = client.call("worker.enrol", json!({"slots": 1})).await;
    assert!(enrolled["ok"].is_object(), "{enrolled}");
    let take = json!({"id": 7000, "call": "task.take", "input": {"wait_ms": 20_000}});
    client.send(take).await;
    let posted = client
        .call(
            "message.post",
            json!({"room": "general", "text": "meanwhile"}),
        )
        .await;
    assert!(posted["ok"]["seq"].is_u64(), "{posted}");
    let refused = client
        .call("message.post", json!({"room": "general"}))
        .await;
    assert_eq!(refused["problem"]["code"], "invalid_input");
    let posted = client
        .call(
            "message.post",
            json!({"room": "general", "text": "after a refusal"}),
        )
        .await;
    assert!(posted["ok"]["seq"].is_u64(), "{posted}");
}

//! Lists are complete, in order, and end; reads see what was answered before.

use crate::house::House;
use serde_json::{Value, json};

fn seqs(list: &Value) -> Vec<u64> {
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["seq"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn history_pages_meet_from_both_sides() {
    let house = House::start().await;
    let owner = house.owner.clone();
    house
        .ok(&owner, "room.create", json!({"name": "lab"}))
        .await;
    house
        .ok(&owner, "room.create", json!({"name": "other"}))
        .await;
    let mut all = Vec::new();
    for number in 0..23 {
        let posted = house
            .ok(
                &owner,
                "message.post",
                json!({"room": "lab", "text": format!("n {number}")}),
            )
            .await;
        all.push(posted["seq"].as_u64().unwrap());
        house
            .ok(
                &owner,
                "message.post",
                json!({"room": "other", "text": "noise"}),
            )
            .await;
    }
    let mut forward = Vec::new();
    let mut after = json!(0);
    while !after.is_null() {
        let page = house
            .ok(
                &owner,
                "message.list",
                json!({"room": "lab", "after": after, "limit": 5}),
            )
            .await;
        assert!(seqs(&page).len() <= 5);
        forward.extend(seqs(&page));
        after = page["next"].clone();
    }
    assert_eq!(forward, all);
    let mut backward: Vec<Vec<u64>> = Vec::new();
    let mut page = house
        .ok(&owner, "message.list", json!({"room": "lab", "limit": 5}))
        .await;
    assert_eq!(page["next"], Value::Null);
    loop {
        backward.insert(0, seqs(&page));
        if page["prev"].is_null() {
            break;
        }
        page = house
            .ok(
                &owner,
                "message.list",
                json!({"room": "lab", "before": page["prev"], "limit": 5}),
            )
            .await;
    }
    assert_eq!(backward.concat(), all);
    let between = house
        .ok(
            &owner,
            "message.list",
            json!({"room": "lab", "after": all[3], "before": all[7]}),
        )
        .await;
    assert_eq!(seqs(&between), all[4..7]);
}

#[tokio::test]
async fn replay_pages_through_everything_one_may_see() {
    let house = House::start().await;
    let rex = house.talker("rex").await;
    house.ok(&rex, "room.create", json!({"name": "lab"})).await;
    let mut all = Vec::new();
    for number in 0..12 {
        let posted = house
            .ok(
                &rex,
                "message.post",
                json!({"room": "lab", "text": format!("n {number}")}),
            )
            .await;
        all.push(posted["seq"].as_u64().unwrap());
    }
    let mut found = Vec::new();
    let mut after = json!(0);
    while !after.is_null() {
        let input = json!({"after": after, "types": ["message.posted"], "limit": 5});
        let page = house.ok(&rex, "event.list", input).await;
        for item in page["items"].as_array().unwrap() {
            assert_eq!(
                (&item["type"], &item["from"]["handle"]),
                (&json!("message.posted"), &json!("rex"))
            );
            assert!(item["data"]["text"].as_str().unwrap().starts_with("n "));
        }
        found.extend(seqs(&page));
        after = page["next"].clone();
    }
    assert_eq!(found, all);
    let log = house
        .ok(&house.owner, "log.list", json!({"limit": 3}))
        .await;
    assert_eq!((seqs(&log), &log["next"]), (vec![1, 2, 3], &json!(3)));
    assert_eq!(log["items"][0]["type"], "mesh.created");
    assert!(
        !house
            .ok(&house.owner, "log.list", json!({"limit": 500}))
            .await
            .to_string()
            .contains("n 7")
    );
}

#[tokio::test]
async fn the_inbox_holds_what_was_not_taken_in() {
    let house = House::start().await;
    let rex = house.talker("rex").await;
    house
        .ok(
            &house.owner,
            "room.create",
            json!({"name": "lab", "members": ["rex"]}),
        )
        .await;
    let post =
        |text: &str, priority: &str| json!({"room": "lab", "text": text, "priority": priority});
    let mut seqs = Vec::new();
    for (text, priority) in [("one", "next"), ("two @rex", "next"), ("three", "now")] {
        let posted = house
            .ok(&house.owner, "message.post", post(text, priority))
            .await;
        seqs.push(posted["seq"].clone());
    }
    house.ok(&rex, "message.post", post("my own", "next")).await;
    let inbox = house.ok(&rex, "inbox.list", json!({})).await;
    let texts: Vec<_> = inbox["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["text"].clone())
        .collect();
    assert_eq!(
        (texts, &inbox["waiting"]),
        (
            vec![json!("three"), json!("one"), json!("two @rex")],
            &json!(3)
        )
    );
    let named = house
        .ok(&rex, "inbox.list", json!({"mentions_only": true}))
        .await;
    assert_eq!(named["items"].as_array().unwrap().len(), 1);
    let position = house
        .ok(&rex, "inbox.ack", json!({"seqs": [seqs[2]]}))
        .await;
    assert_eq!(position["above"], 1);
    let room = house.ok(&rex, "room.get", json!({"room": "lab"})).await;
    assert_eq!(
        (&room["unread"], &room["unread_mentions"]),
        (&json!(2), &json!(1))
    );
    let stage = |message: &Value| {
        let input = json!({"message": format!("m{message}")});
        let house = &house;
        async move {
            house.ok(&house.owner, "message.receipts", input).await["items"][0]["stage"].clone()
        }
    };
    assert_eq!(stage(&seqs[2]).await, "in_context");
    assert_eq!(stage(&seqs[0]).await, "offered");
    house
        .ok(
            &rex,
            "message.post",
            json!({"room": "lab", "text": "yes", "reply_to": format!("m{}", seqs[1])}),
        )
        .await;
    assert_eq!(stage(&seqs[1]).await, "replied");
    house.ok(&rex, "inbox.ack", json!({"upto": seqs[2]})).await;
    assert_eq!(house.ok(&rex, "inbox.list", json!({})).await["waiting"], 0);
    let house = house.restart().await;
    assert_eq!(house.ok(&rex, "inbox.list", json!({})).await["waiting"], 0);
}

#[tokio::test]
async fn people_are_found_best_match_first() {
    let house = House::start().await;
    for (handle, about) in [
        ("rusty", "cleans"),
        ("rex", "reads rust"),
        ("ana", "paints"),
    ] {
        let skills = if handle == "ana" {
            json!(["rust"])
        } else {
            json!([])
        };
        let input = json!({"agent": handle, "preset": "worker", "profile": {"about": about, "skills": skills}});
        house.ok(&house.owner, "agent.register", input).await;
    }
    let found = house
        .ok(&house.owner, "participant.list", json!({"q": "rust"}))
        .await;
    let handles: Vec<_> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["handle"].clone())
        .collect();
    assert_eq!(handles, [json!("rusty"), json!("ana"), json!("rex")]);
    assert_eq!(
        house
            .ok(&house.owner, "participant.list", json!({"q": "rust zebra"}))
            .await["items"],
        json!([])
    );
}

#[tokio::test]
async fn a_read_sees_what_was_answered_before() {
    let house = House::start().await;
    let owner = house.owner.clone();
    house
        .ok(&owner, "room.create", json!({"name": "lab"}))
        .await;
    for number in 0..50 {
        let text = format!("n {number}");
        let posted = house
            .ok(&owner, "message.post", json!({"room": "lab", "text": text}))
            .await;
        let input = json!({"room": "lab", "limit": 1, "min_seq": posted["seq"]});
        let list = house.ok(&owner, "message.list", input).await;
        assert_eq!(
            (&list["items"][0]["id"], &list["items"][0]["text"]),
            (&posted["id"], &json!(text))
        );
        let found = house
            .ok(&owner, "message.search", json!({"q": text, "limit": 1}))
            .await;
        assert_eq!(found["items"][0]["message"]["id"], posted["id"]);
    }
}

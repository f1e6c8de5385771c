//! Schedules on a real node: said once, also when the node is killed between, and with the rights of that moment.

use mesh_core::Work;
use serde_json::{Value, json};

use crate::house::House;

/// Waits until work stands so.
async fn until(house: &House, is_so: impl Fn(&Work) -> bool) {
    let node = house.door.node();
    let mut changed = node.work_changed();
    while !is_so(&node.work()) {
        changed.changed().await.unwrap();
    }
}

async fn all_done(house: &House) {
    until(house, |work| work.schedules().is_empty()).await;
}

fn keep(house: &House) {
    tokio::spawn(house.door.clone().keep_schedules());
}

async fn waiting(house: &House, who: &str) -> Vec<Value> {
    let inbox = house.ok(who, "inbox.list", json!({})).await;
    inbox["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_reminder_to_oneself_is_news_for_oneself() {
    let house = House::start().await;
    let rex = house.talker("rex").await;
    keep(&house);
    let made = json!({"to": "me", "text": "Look after the build", "in_seconds": 1});
    let made = house.ok(&rex, "schedule.create", made).await;
    assert_eq!(made["name"], "look-after-the-build");
    all_done(&house).await;
    let items = waiting(&house, &rex).await;
    assert_eq!(items.len(), 1, "{items:?}");
    let scheduled = &items[0]["scheduled"];
    assert_eq!(items[0]["text"], "Look after the build");
    assert_eq!(
        (&scheduled["name"], &scheduled["due"]),
        (&made["name"], &made["next"])
    );
    assert_eq!(
        house
            .refused(&rex, "schedule.get", json!({"schedule": made["id"]}))
            .await,
        "not_found"
    );
    // What one says by hand to oneself is no news.
    house
        .ok(
            &rex,
            "message.send",
            json!({"to": "@rex", "text": "A note"}),
        )
        .await;
    assert_eq!(waiting(&house, &rex).await.len(), 1);
    let acked = json!({"seqs": [items[0]["seq"]]});
    house.ok(&rex, "inbox.ack", acked).await;
    assert!(waiting(&house, &rex).await.is_empty());
}

#[tokio::test]
async fn a_node_that_dies_between_due_and_done_does_it_once() {
    let house = House::start().await;
    let rex = house.talker("rex").await;
    let reminder = json!({"to": "@rex", "text": "Once", "in_seconds": 1});
    house.ok(&house.owner, "schedule.create", reminder).await;
    until(&house, |work| work.schedules().due().count() == 1).await;
    assert!(waiting(&house, &rex).await.is_empty());
    let house = house.restart().await;
    assert_eq!(house.door.node().work().schedules().due().count(), 1);
    keep(&house);
    all_done(&house).await;
    assert_eq!(waiting(&house, &rex).await.len(), 1);
    let house = house.restart().await;
    keep(&house);
    assert!(house.door.node().work().schedules().is_empty());
    assert_eq!(waiting(&house, &rex).await.len(), 1);
}

#[tokio::test]
async fn who_may_no_more_says_no_more() {
    let house = House::start().await;
    let rex = house.talker("rex").await;
    let reminder = json!({"to": "@owner", "text": "I was here", "in_seconds": 1});
    let made = house.ok(&rex, "schedule.create", reminder).await;
    house
        .ok(
            &house.owner,
            "participant.disable",
            json!({"participant": "rex"}),
        )
        .await;
    keep(&house);
    let paused = |work: &Work| work.schedules().iter().any(|it| it.paused.is_some());
    until(&house, paused).await;
    let found = json!({"schedule": made["id"]});
    let found = house.ok(&house.owner, "schedule.get", found).await;
    assert_eq!(
        (&found["state"], &found["paused"]),
        (&json!("paused"), &json!("refused"))
    );
    assert_eq!(found["runs"][0]["outcome"], "refused", "{found}");
    assert_eq!(found["runs"][0]["code"], "permission_denied");
    // Not even the conversation was opened.
    let said = json!({"room": "@rex"});
    assert_eq!(
        house.refused(&house.owner, "message.list", said).await,
        "not_found"
    );
}

#[tokio::test]
async fn tasks_come_from_a_template_with_its_values() {
    let house = House::start().await;
    let owner = &house.owner;
    let template =
        json!({"name": "reading", "title": "Research {topic}", "prompt": "Read about {topic}."});
    house.ok(owner, "template.create", template).await;
    let used = json!({"template": "reading", "values": {"topic": "logs"}});
    let made = json!({"to": "general", "tasks": [{"template": used}], "cron": "0 7 * * MON", "zone": "Europe/Berlin"});
    let made = house.ok(owner, "schedule.create", made).await;
    assert_eq!(made["name"], "reading");
    let ran = house
        .ok(owner, "schedule.run", json!({"schedule": "reading"}))
        .await;
    assert_eq!(
        (&ran["asked"], &ran["outcome"]),
        (&json!(true), &json!("done"))
    );
    let task = house
        .ok(owner, "task.get", json!({"task": ran["tasks"][0]}))
        .await;
    assert!(task.to_string().contains("Research logs"), "{task}");
    let found = house
        .ok(owner, "schedule.get", json!({"schedule": "reading"}))
        .await;
    assert_eq!(found["upcoming"].as_array().unwrap().len(), 10);
    assert_eq!(found["runs"][0]["tasks"], ran["tasks"]);
    // The time is kept by what is left out of a change.
    let changed = json!({"schedule": "reading", "text": "Who reads?"});
    let changed = house.ok(owner, "schedule.change", changed).await;
    assert_eq!(changed["next"], made["next"]);
    let found = house
        .ok(owner, "schedule.get", json!({"schedule": "reading"}))
        .await;
    assert_eq!(
        (&found["text"], &found["tasks"]),
        (&json!("Who reads?"), &json!([]))
    );
}

#[tokio::test]
async fn what_is_wrong_is_said_before_anything_is_made() {
    let house = House::start().await;
    let owner = &house.owner;
    for bad in [
        json!({"to": "general", "text": "x"}),
        json!({"to": "general", "text": "x", "in_seconds": 5, "cron": "0 9 * * *"}),
        json!({"to": "general", "text": "", "in_seconds": 5}),
        json!({"to": "general", "text": "x", "cron": "0 0 30 2 *"}),
        json!({"to": "general", "text": "x", "cron": "0 9 * * *", "zone": "Moon"}),
        json!({"to": "general", "text": "x", "at": "2020-01-01 00:00"}),
        json!({"to": "general", "text": "x", "at": "tomorrow"}),
        json!({"to": "general", "text": "x", "tasks": [{"prompt": "y"}], "in_seconds": 5}),
        json!({"to": "general", "tasks": [{"prompt": " "}], "in_seconds": 5}),
        json!({"to": "@owner", "tasks": [{"prompt": "y"}], "in_seconds": 5}),
        json!({"to": "general", "tasks": [{"prompt": "y", "deadline": "2030-01-01T00:00:00Z"}], "every_seconds": 60}),
    ] {
        assert_eq!(
            house.refused(owner, "schedule.create", bad).await,
            "invalid_input"
        );
    }
    let noon = json!({"cron": "0 12 * * *", "zone": "asia/kathmandu"});
    let times = house.ok(owner, "schedule.preview", noon).await;
    assert_eq!(times["zone"], "Asia/Kathmandu");
    let first = times["times"][0]["at"].as_str().unwrap();
    assert!(first.ends_with("T06:15:00.000Z"), "{first}");
    let again = json!({"to": "general", "text": "x", "every_seconds": 3600});
    let first = house
        .reply(owner, "schedule.create", again.clone(), Some("k"))
        .await
        .unwrap();
    let second = house
        .reply(owner, "schedule.create", again, Some("k"))
        .await
        .unwrap();
    assert!(second.replayed && first.body == second.body);
}

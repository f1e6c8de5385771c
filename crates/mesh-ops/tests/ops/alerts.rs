//! Alerts on a real node: raised by what happened, acknowledged, and still there after a start.

use mesh_core::Work;
use mesh_model::Millis;
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

async fn listed(house: &House, who: &str, input: Value) -> Vec<Value> {
    let found = house.ok(who, "alert.list", input).await;
    found["items"].as_array().unwrap().clone()
}

/// A task of the owner's in `#general` that is late in a moment, and the alert about it.
async fn late(house: &House) -> Value {
    let deadline = house.door.node().now().plus(300);
    let deadline = Millis(deadline.0).to_string();
    let task = json!({"prompt": "Cast the bell", "deadline": deadline});
    let task = json!({"room": "general", "tasks": [task]});
    house.ok(&house.owner, "task.create", task).await;
    until(house, |work| work.alerts().all_open().count() == 1).await;
    listed(house, &house.owner, json!({})).await.remove(0)
}

#[tokio::test]
async fn a_late_task_is_told_with_its_evidence_until_somebody_knows() {
    let house = House::start().await;
    let alert = late(&house).await;
    assert_eq!(alert["title"], "A task in #general is overdue");
    assert_eq!(alert["severity"], "warning");
    assert_eq!(
        (&alert["count"], &alert["yours"]),
        (&json!(1), &json!(true))
    );
    let evidence = alert["evidence"][0].as_u64().unwrap();
    let after = json!({"after": evidence - 1, "limit": 1});
    let happened = house.ok(&house.owner, "log.list", after).await;
    assert_eq!(happened["items"][0]["type"], "task.urgency_raised");

    let rex = house.agent("rex", &["messages:read", "tasks:read"]).await;
    assert!(listed(&house, &rex, json!({})).await.is_empty());
    let known = json!({"alert": alert["alert"]});
    let refused = house.refused(&rex, "alert.acknowledge", known.clone());
    assert_eq!(refused.await, "not_found");
    let member = json!({"room": "general", "participant": "rex"});
    house.ok(&house.owner, "member.add", member).await;
    let seen = listed(&house, &rex, json!({})).await;
    assert_eq!(seen[0]["yours"], false);
    let refused = house.refused(&rex, "alert.acknowledge", known.clone());
    assert_eq!(refused.await, "permission_denied");

    house.ok(&house.owner, "alert.acknowledge", known).await;
    let mine = json!({"mine": true});
    assert!(listed(&house, &house.owner, mine).await.is_empty());
    let all = listed(&house, &house.owner, json!({})).await;
    assert_eq!(all[0]["acknowledged"]["by"]["handle"], "owner");
}

#[tokio::test]
async fn a_test_is_its_makers_alone_and_ends_with_being_acknowledged() {
    let house = House::start().await;
    let rex = house.agent("rex", &["tasks:read"]).await;
    let made = house
        .ok(&house.owner, "alert.test", json!({"severity": "critical"}))
        .await;
    assert!(listed(&house, &rex, json!({})).await.is_empty());
    let found = listed(&house, &house.owner, json!({"severity": "critical"})).await;
    assert_eq!(found[0]["alert"], made["alert"]);
    let known = json!({"alert": made["alert"]});
    house
        .ok(&house.owner, "alert.acknowledge", known.clone())
        .await;
    let refused = house.refused(&house.owner, "alert.acknowledge", known);
    assert_eq!(refused.await, "not_found");
    assert!(listed(&house, &house.owner, json!({})).await.is_empty());
    let ended = listed(&house, &house.owner, json!({"ended": true})).await;
    assert!(ended[0]["ended"].is_string(), "{ended:?}");
}

#[tokio::test]
async fn a_rule_keeps_what_is_left_out_and_ends_what_it_switches_off() {
    let house = House::start().await;
    late(&house).await;
    let rule = |found: &Value, kind: &str| {
        let rules = found["rules"].as_array().unwrap();
        let found = rules.iter().find(|rule| rule["kind"] == kind);
        found.unwrap()["rule"].clone()
    };
    let set = json!({"kind": "overdue", "severity": "critical", "escalate_minutes": 0});
    house.ok(&house.owner, "alert.set", set).await;
    let found = house.ok(&house.owner, "alert.list", json!({})).await;
    let wanted = json!({"on": true, "severity": "critical", "push": true});
    assert_eq!(rule(&found, "overdue"), wanted);
    let off = json!({"kind": "overdue", "on": false});
    house.ok(&house.owner, "alert.set", off).await;
    until(&house, |work| work.alerts().all_open().count() == 0).await;
    let bad = json!({"kind": "disk_low", "threshold": 51});
    let refused = house.refused(&house.owner, "alert.set", bad);
    assert_eq!(refused.await, "invalid_input");
}

#[tokio::test]
async fn everybody_has_routes_of_its_own_that_a_start_and_other_wishes_leave_alone() {
    let house = House::start().await;
    let ana = house.agent("ana", &["messages:read", "tasks:read"]).await;
    let routes = json!({"inbox": "warning", "push": "never", "connector": "critical",
        "digest": {"every": "day", "at": "08:30", "zone": "Europe/Berlin"}});
    let set = house.ok(&ana, "alert.routes_set", routes.clone()).await;
    assert_eq!(set, routes);
    let quiet = json!({"quiet": {"from": "22:00", "to": "07:00", "zone": "UTC"}});
    house.ok(&ana, "attention.set", quiet).await;
    assert_eq!(house.ok(&ana, "alert.routes", json!({})).await, routes);
    let attention = house.ok(&ana, "attention.get", json!({})).await;
    assert_eq!(attention["quiet"]["from"], "22:00");
    let others = house.ok(&house.owner, "alert.routes", json!({})).await;
    assert_eq!(
        others,
        json!({"inbox": "info", "push": "warning", "connector": "warning"})
    );
    for (bad, at) in [
        (json!({"every": "day", "at": "8:30", "zone": "UTC"}), "at"),
        (json!({"every": "hour", "zone": "Mars/Base"}), "zone"),
    ] {
        let refused = house.refused(&ana, "alert.routes_set", json!({"digest": bad}));
        assert_eq!(refused.await, "invalid_input", "{at}");
    }
    let house = house.restart().await;
    assert_eq!(house.ok(&ana, "alert.routes", json!({})).await, routes);
}

#[tokio::test]
async fn what_somebody_does_not_want_in_its_inbox_does_not_wait_there() {
    let house = House::start().await;
    let owner = house.owner.clone();
    house
        .ok(&owner, "alert.routes_set", json!({"inbox": "critical"}))
        .await;
    house
        .ok(&owner, "alert.test", json!({"severity": "warning"}))
        .await;
    assert!(
        listed(&house, &owner, json!({"mine": true}))
            .await
            .is_empty()
    );
    let all = listed(&house, &owner, json!({})).await;
    assert_eq!(all[0]["yours"], true);
    house
        .ok(&owner, "alert.test", json!({"severity": "critical"}))
        .await;
    let waits = listed(&house, &owner, json!({"mine": true})).await;
    assert_eq!(waits[0]["severity"], "critical");
}

//! The log as an auditor reads it: filtered, both ways, and checked.

mod house;

use house::House;
use serde_json::{Value, json};

async fn list(house: &House, input: Value) -> Value {
    house.ok(&house.owner, "log.list", input).await
}

fn seqs(page: &Value) -> Vec<u64> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["seq"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn the_log_is_filtered_by_type_actor_room_and_time() {
    let house = House::start().await;
    let rex = house.talker("rex").await;
    for name in ["workshop", "attic"] {
        house
            .ok(&house.owner, "room.create", json!({"name": name}))
            .await;
        house
            .ok(
                &house.owner,
                "member.add",
                json!({"room": name, "participant": "rex"}),
            )
            .await;
        house
            .ok(&rex, "message.post", json!({"room": name, "text": "hello"}))
            .await;
    }
    let kinds = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["type"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = list(&house, json!({"limit": 500})).await;
    assert_eq!(
        seqs(&all),
        (1..=seqs(&all).len() as u64).collect::<Vec<_>>()
    );
    let posted = list(&house, json!({"types": ["message.posted"]})).await;
    assert_eq!(seqs(&posted).len(), 2);
    let rooms = list(&house, json!({"types": ["room.*"], "room": "attic"})).await;
    assert_eq!(kinds(&rooms), ["room.created", "room.member_joined"]);
    let by_rex = list(&house, json!({"actor": "@rex"})).await;
    assert_eq!(seqs(&by_rex), seqs(&posted));
    let both = list(&house, json!({"actor": "rex", "room": "workshop"})).await;
    assert_eq!(seqs(&both), seqs(&posted)[..1]);

    let at = posted["items"][1]["at"].clone();
    let since = list(&house, json!({"since": at, "types": ["message.posted"]})).await;
    assert!(seqs(&since).contains(&seqs(&posted)[1]));
    let later = list(&house, json!({"since": "2999-01-01T00:00:00.000Z"})).await;
    assert_eq!((seqs(&later).len(), &later["next"]), (0, &Value::Null));
    let earlier = list(
        &house,
        json!({"until": "2001-01-01T00:00:00.000Z", "newest": true}),
    )
    .await;
    assert_eq!((seqs(&earlier).len(), &earlier["prev"]), (0, &Value::Null));
    assert_eq!(
        house
            .refused(&house.owner, "log.list", json!({"room": "nowhere"}))
            .await,
        "not_found"
    );
}

#[tokio::test]
async fn pages_meet_both_ways() {
    let house = House::start().await;
    house
        .ok(&house.owner, "room.create", json!({"name": "workshop"}))
        .await;
    for number in 0..20 {
        let said = json!({"room": "workshop", "text": number.to_string()});
        house.ok(&house.owner, "message.post", said).await;
    }
    let whole = seqs(&list(&house, json!({"limit": 500})).await);
    let (mut on, mut after) = (Vec::new(), json!(0));
    while !after.is_null() {
        let page = list(&house, json!({"after": after, "limit": 7})).await;
        on.extend(seqs(&page));
        after = page["next"].clone();
    }
    assert_eq!(on, whole);
    let (mut back, mut before) = (Vec::new(), Value::Null);
    loop {
        let page = list(
            &house,
            json!({"newest": true, "before": before, "limit": 7}),
        )
        .await;
        back.extend(seqs(&page));
        before = page["prev"].clone();
        if before.is_null() {
            break;
        }
    }
    back.reverse();
    assert_eq!(back, whole);
    let only = list(
        &house,
        json!({"newest": true, "types": ["message.posted"], "limit": 3}),
    )
    .await;
    assert_eq!(seqs(&only).len(), 3);
    assert!(seqs(&only).is_sorted_by(|a, b| a > b));
}

#[tokio::test]
async fn the_whole_log_is_checked() {
    let house = House::start().await;
    let verified = house.ok(&house.owner, "log.verify", json!({})).await;
    assert_eq!(
        (&verified["sound"], &verified["erased"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(
        verified["upto"].as_u64().unwrap(),
        house.door.node().head().0
    );
    let rex = house.talker("rex").await;
    assert_eq!(
        house.refused(&rex, "log.verify", json!({})).await,
        "permission_denied"
    );
}

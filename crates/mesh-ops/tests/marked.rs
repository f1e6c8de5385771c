//! Words of somebody who is not trusted, read in every way there is: people see them with their marks, programs get
//! them in an envelope. And what is redacted says so wherever it is read.

mod house;

use house::House;
use serde_json::{Value, json};

const WORDS: &str = "look at the zebra crossing";

/// Owner, the agent rex and a guest whose words are not trusted, in `#general`; tokens of the last two.
async fn street(house: &House) -> (String, String) {
    let (rex, guest) = (house.talker("rex").await, house.talker("guest").await);
    for who in ["rex", "guest"] {
        let member = json!({"room": "general", "participant": who});
        house.ok(&house.owner, "member.add", member).await;
    }
    let distrust = json!({"participant": "guest", "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", distrust).await;
    (rex, guest)
}

fn is_envelope(text: &Value) -> bool {
    let text = text.as_str().unwrap();
    text.starts_with("----- BEGIN UNTRUSTED MESSAGE ") && text.contains(WORDS)
}

/// Every message that these reads give, that of the guest, and the snippet of the search.
async fn reads(house: &House, token: &str, id: &Value) -> (Vec<Value>, Value) {
    let general = json!({"room": "general"});
    let about = json!({"message": id});
    let found = house
        .ok(token, "message.search", json!({"q": "zebra"}))
        .await;
    let events = json!({"after": 0, "types": ["message.posted"]});
    let events = house.ok(token, "event.list", events).await;
    let mut lists = vec![
        house.ok(token, "message.list", general).await["items"].clone(),
        house.ok(token, "message.thread", about.clone()).await["items"].clone(),
        house.ok(token, "inbox.list", json!({})).await["items"].clone(),
        json!([house.ok(token, "message.get", about).await]),
        json!([found["items"][0]["message"]]),
    ];
    let items = events["items"].as_array().unwrap().iter();
    lists.push(items.map(|item| item["data"].clone()).collect());
    let of_list = |list: &Value| {
        let items = list.as_array().unwrap();
        items.iter().find(|item| item["id"] == *id).cloned()
    };
    let messages = lists.iter().map(|list| of_list(list).unwrap()).collect();
    (messages, found["items"][0]["snippet"].clone())
}

#[tokio::test]
async fn each_way_to_read_marks_the_same_words() {
    let house = House::start().await;
    let (rex, guest) = street(&house).await;
    let said = json!({"room": "general", "text": WORDS, "payload": {"colour": "white"}});
    let id = house.ok(&guest, "message.post", said).await["id"].clone();

    let (messages, snippet) = reads(&house, &house.owner, &id).await;
    for message in messages {
        assert_eq!(
            (&message["text"], &message["trust"]),
            (&json!(WORDS), &json!("untrusted"))
        );
        assert_eq!(message["payload"]["colour"], "white");
        assert!(message["enveloped"].is_null() && message["guard"].is_object());
    }
    assert_eq!(snippet, "look at the ⟦zebra⟧ crossing");

    let (messages, snippet) = reads(&house, &rex, &id).await;
    let texts: Vec<&Value> = messages.iter().map(|message| &message["text"]).collect();
    assert!(
        texts.iter().all(|text| *text == texts[0]),
        "one message has one boundary"
    );
    for message in &messages {
        assert!(is_envelope(&message["text"]), "{message}");
        assert!(
            message["text"]
                .as_str()
                .unwrap()
                .contains(r#"{"colour":"white"}"#)
        );
        assert_eq!(
            (&message["enveloped"], &message["payload"]),
            (&json!(true), &Value::Null)
        );
    }
    assert_eq!(snippet, "");
}

#[tokio::test]
async fn a_quote_is_as_marked_as_what_it_quotes() {
    let house = House::start().await;
    let (rex, guest) = street(&house).await;
    let said = json!({"room": "general", "text": WORDS});
    let id = house.ok(&guest, "message.post", said).await["id"].clone();
    let quoting = json!({"room": "general", "text": "see", "quotes": [id]});
    let quoting = house.ok(&rex, "message.post", quoting).await["id"].clone();
    let about = json!({"message": quoting});
    let own = house.ok(&rex, "message.get", about.clone()).await;
    assert_eq!(own["text"], "see");
    assert!(is_envelope(&own["quotes"][0]["text"]));
    let plain = house.ok(&house.owner, "message.get", about.clone()).await;
    assert_eq!(plain["quotes"][0]["text"], WORDS);
    assert_eq!(plain["quotes"][0]["message"], id);

    let redact = json!({"message": id, "reason": "not here"});
    house.ok(&house.owner, "message.redact", redact).await;
    for token in [&rex, &house.owner] {
        let quote = house.ok(token, "message.get", about.clone()).await["quotes"][0].clone();
        assert_eq!((&quote["gone"], &quote["text"]), (&json!(true), &json!("")));
    }
}

#[tokio::test]
async fn what_is_redacted_says_so() {
    let house = House::start().await;
    let (rex, guest) = street(&house).await;
    let said = json!({"room": "general", "text": WORDS});
    let id = house.ok(&guest, "message.post", said).await["id"].clone();
    let answer = json!({"room": "general", "text": "indeed", "reply_to": id});
    house.ok(&rex, "message.post", answer).await;
    let redact = json!({"message": id});
    assert_eq!(
        house.refused(&rex, "message.redact", redact.clone()).await,
        "capability_denied"
    );
    house.ok(&house.owner, "message.redact", redact).await;
    for token in [&rex, &house.owner] {
        let message = house.ok(token, "message.get", json!({"message": id})).await;
        assert_eq!(message["redacted"], true);
        assert_eq!(
            (&message["text"], &message["enveloped"]),
            (&json!(""), &Value::Null)
        );
        let thread = house
            .ok(token, "message.thread", json!({"message": id}))
            .await;
        assert_eq!(thread["items"][1]["reply_to"], id);
        let found = house
            .ok(token, "message.search", json!({"q": "zebra"}))
            .await;
        assert_eq!(found["items"], json!([]));
        let events = json!({"after": 0, "types": ["message.posted"]});
        let events = house.ok(token, "event.list", events).await;
        assert_eq!(events["items"][0]["data"]["redacted"], true);
        assert_eq!(events["items"][0]["data"]["text"], "");
    }
}

#[tokio::test]
async fn what_was_rejected_is_erased_too() {
    let house = House::start().await;
    let (rex, guest) = street(&house).await;
    let policy = json!({"room": "general", "policy": {"guard": {"mark": 0, "quarantine": 0}}});
    house.ok(&house.owner, "room.policy_set", policy).await;
    let said = json!({"room": "general", "text": WORDS});
    let refused_or_waits = house.ok(&guest, "message.post", said).await;
    let id = refused_or_waits["id"].clone();
    let waiting = house.ok(&house.owner, "quarantine.list", json!({})).await;
    assert_eq!(waiting["items"][0]["message"]["text"], WORDS);
    let redact = json!({"message": id});
    let early = house
        .refused(&house.owner, "message.redact", redact.clone())
        .await;
    assert_eq!(early, "not_found", "it is to be reviewed first");
    let reject = json!({"message": id, "release": false});
    house.ok(&house.owner, "quarantine.review", reject).await;
    assert_eq!(
        house.refused(&rex, "message.redact", redact.clone()).await,
        "not_found"
    );
    house.ok(&guest, "message.redact", redact).await;
    let events = json!({"after": 0, "types": ["message.quarantined"]});
    let events = house.ok(&house.owner, "event.list", events).await;
    assert_eq!(events["items"][0]["data"]["redacted"], true);
}

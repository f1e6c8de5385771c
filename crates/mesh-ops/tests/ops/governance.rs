//! A room's rules through the door: set, tried, explained, and what they refuse.

use crate::house::House;
use mesh_model::policy::RulingBy;
use serde_json::{Value, json};

/// A room of the owner with the agents rex and lina in it; gives rex's token.
async fn workshop(house: &House) -> String {
    let rex = house.talker("rex").await;
    house
        .ok(&house.owner, "room.create", json!({"name": "workshop"}))
        .await;
    house.talker("lina").await;
    for who in ["rex", "lina"] {
        let member = json!({"room": "workshop", "participant": who});
        house.ok(&house.owner, "member.add", member).await;
    }
    rex
}

async fn set(house: &House, policy: Value) -> Value {
    let input = json!({"room": "workshop", "policy": policy});
    house.ok(&house.owner, "room.policy_set", input).await
}

fn quiet_nights() -> Value {
    json!({"rules": [{
        "name": "not-rex", "effect": "deny", "to": {"participants": ["rex"]},
        "capabilities": ["speak"], "why": "people talk here",
    }]})
}

#[tokio::test]
async fn a_refusal_names_the_rule_and_who_set_it() {
    let house = House::start().await;
    let rex = workshop(&house).await;
    let made = set(&house, quiet_nights()).await;
    assert_eq!(made["version"], 1);
    let said = json!({"room": "workshop", "text": "hello"});
    let refusal = house
        .reply(&rex, "message.post", said, None)
        .await
        .unwrap_err();
    assert_eq!(refusal.code.code(), "capability_denied");
    let rule = refusal.rule.unwrap();
    assert_eq!(rule.by, RulingBy::Rule);
    assert_eq!(rule.name.as_deref(), Some("not-rex"));
    assert_eq!(rule.why.as_deref(), Some("people talk here"));
    assert_eq!(
        (rule.version, rule.set_by.as_deref()),
        (Some(1), Some("owner"))
    );
    assert_eq!(rule.set_seq.map(|seq| seq.0), made["seq"].as_u64());
    assert!(rule.set_at.is_some());
}

#[tokio::test]
async fn who_muted_and_when_is_read_from_the_log() {
    let house = House::start().await;
    let rex = workshop(&house).await;
    let mute = json!({"room": "workshop", "participant": "rex", "reason": "too loud"});
    let muted = house.ok(&house.owner, "member.mute", mute).await;
    let said = json!({"room": "workshop", "text": "hello"});
    let refusal = house
        .reply(&rex, "message.post", said, None)
        .await
        .unwrap_err();
    let rule = refusal.rule.unwrap();
    assert_eq!(rule.by, RulingBy::Mute);
    assert_eq!(rule.set_by.as_deref(), Some("owner"));
    assert_eq!(rule.set_seq.map(|seq| seq.0), muted["seq"].as_u64());
    assert!(rule.set_at.is_some());
    let restrained = json!({"room": "workshop"});
    let restrained = house
        .ok(&house.owner, "member.restrained", restrained)
        .await;
    assert_eq!(restrained["muted"][0]["participant"]["handle"], "rex");
    assert_eq!(
        house
            .refused(&rex, "member.restrained", json!({"room": "workshop"}))
            .await,
        "capability_denied"
    );
}

#[tokio::test]
async fn explanations_are_sentences_with_a_reason() {
    let house = House::start().await;
    let rex = workshop(&house).await;
    let ask = json!({"room": "workshop", "participant": "rex", "action": "speak"});
    let answer = house.ok(&rex, "room.explain", ask.clone()).await;
    assert_eq!(
        (&answer["items"][0]["allowed"], &answer["version"]),
        (&json!(true), &json!(0))
    );
    let text = answer["items"][0]["text"].as_str().unwrap();
    assert!(
        text.starts_with("@rex may speak in #workshop: the room's defaults allow it"),
        "{text}"
    );
    set(&house, quiet_nights()).await;
    let answer = house.ok(&rex, "room.explain", ask).await;
    let text = answer["items"][0]["text"].as_str().unwrap();
    assert!(
        text.starts_with(
            "@rex may not speak in #workshop: the rule 'not-rex' denies it, because people talk here (set by @owner at "
        ),
        "{text}"
    );
    assert!(text.ends_with(" in version 1 of the policy)."), "{text}");
    let all = json!({"room": "workshop", "participant": "rex"});
    let all = house.ok(&house.owner, "room.explain", all).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 10);
    assert!(
        all["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["text"] != "")
    );
}

#[tokio::test]
async fn outsiders_ask_about_themselves_only() {
    let house = House::start().await;
    workshop(&house).await;
    let milo = house.talker("milo").await;
    let about = |who: &str| json!({"room": "workshop", "participant": who, "action": "join"});
    let own = house.ok(&milo, "room.explain", about("milo")).await;
    assert_eq!(own["items"][0]["allowed"], true);
    assert_eq!(
        house.refused(&milo, "room.explain", about("rex")).await,
        "capability_denied"
    );
    let room = json!({"room": "workshop"});
    assert_eq!(
        house.refused(&milo, "room.policy_get", room).await,
        "capability_denied"
    );
}

#[tokio::test]
async fn a_policy_is_tried_before_it_is_set() {
    let house = House::start().await;
    let rex = workshop(&house).await;
    let tried = json!({"room": "workshop", "policy": quiet_nights(), "participant": "rex"});
    let answer = house.ok(&rex, "room.policy_try", tried).await;
    let speak = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["action"] == "speak");
    assert_eq!(speak.unwrap()["allowed"], false);
    assert_eq!(answer["version"], 1);
    let held = house
        .ok(&rex, "room.policy_get", json!({"room": "workshop"}))
        .await;
    assert_eq!((&held["version"], &held["policy"]), (&json!(0), &json!({})));
    house
        .ok(
            &rex,
            "message.post",
            json!({"room": "workshop", "text": "still here"}),
        )
        .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_policy_is_named_by_its_place() {
    let house = House::start().await;
    let rex = workshop(&house).await;
    let rule = |name: &str, effect: &str| json!({"name": name, "effect": effect, "capabilities": ["speak"]});
    let deep = (0..200).fold(json!({}), |inner, _| json!({"items": inner}));
    let circle = json!({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}});
    for (policy, place) in [
        (
            json!({"rules": [rule("a", "allow"), rule("b", "deny")]}),
            "rules[1]",
        ),
        (json!({"rules": [rule("a", "perhaps")]}), "rules[0].effect"),
        (
            json!({"rules": [{"name": "a", "effect": "deny", "capabilities": ["fly"]}]}),
            "rules[0].capabilities[0]",
        ),
        (
            json!({"rules": [{"name": "a", "effect": "deny", "capabilities": ["speak"], "to": {"participants": ["nobody"]}}]}),
            "rules[0].to.participants[0]",
        ),
        (json!({"rules": [rule("a", "deny")]}), "rules"),
        (json!({"colour": 1}), "colour"),
        (json!({"messages": {"schema": circle}}), "messages.schema"),
        (
            json!({"messages": {"schema": {"pattern": "(((a{1,500}){1,500}){1,500})"}}}),
            "messages.schema",
        ),
        (json!({"guard": {"mark": 90, "quarantine": 10}}), "guard"),
    ] {
        let input = json!({"room": "workshop", "policy": policy});
        let refusal = house
            .reply(&house.owner, "room.policy_set", input, None)
            .await
            .unwrap_err();
        assert_eq!(
            refusal.code.code(),
            "invalid_policy",
            "{policy} {refusal:?}"
        );
        assert_eq!(refusal.at.as_deref(), Some(place), "{policy}: {refusal}");
        assert!(!refusal.hint.is_empty());
    }
    let nested = json!({"room": "workshop", "policy": {"messages": {"schema": deep}}});
    assert_eq!(
        house.refused(&house.owner, "room.policy_set", nested).await,
        "invalid_input"
    );
    let input = json!({"room": "workshop", "policy": quiet_nights()});
    assert_eq!(
        house.refused(&rex, "room.policy_set", input.clone()).await,
        "capability_denied"
    );
    let locks =
        json!({"room": "workshop", "policy": {"rules": [rule("a", "deny")]}, "force": true});
    house.ok(&house.owner, "room.policy_set", locks).await;
    let mut late = input;
    late["expected_version"] = json!(0);
    assert_eq!(
        house.refused(&house.owner, "room.policy_set", late).await,
        "conflict"
    );
}

#[tokio::test]
async fn payloads_are_held_to_the_schema_of_the_room() {
    let house = House::start().await;
    let rex = workshop(&house).await;
    let schema =
        json!({"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}});
    set(&house, json!({"messages": {"schema": schema}})).await;
    let post = |payload: Value| json!({"room": "workshop", "text": "done", "payload": payload});
    house
        .ok(&rex, "message.post", post(json!({"ok": true})))
        .await;
    let refusal = house
        .reply(&rex, "message.post", post(json!({"ok": 1})), None)
        .await
        .unwrap_err();
    assert_eq!(refusal.code.code(), "schema_mismatch");
    assert_eq!(refusal.rule.unwrap().by, RulingBy::Messages);
    house
        .ok(
            &rex,
            "message.post",
            json!({"room": "workshop", "text": "no payload"}),
        )
        .await;
    // The next version asks for something else at once.
    set(
        &house,
        json!({"messages": {"schema": {"required": ["at"]}}}),
    )
    .await;
    assert_eq!(
        house
            .refused(&rex, "message.post", post(json!({"ok": true})))
            .await,
        "schema_mismatch"
    );
    house.ok(&rex, "message.post", post(json!({"at": 7}))).await;
}

#[tokio::test]
async fn quotes_go_only_where_their_room_lets_them() {
    let house = House::start().await;
    let rex = workshop(&house).await;
    house
        .ok(&house.owner, "room.create", json!({"name": "attic"}))
        .await;
    house
        .ok(
            &house.owner,
            "member.add",
            json!({"room": "attic", "participant": "rex"}),
        )
        .await;
    let secret = json!({"room": "workshop", "text": "the plan is Friday"});
    let secret = house.ok(&house.owner, "message.post", secret).await["id"].clone();
    let quote = json!({"room": "attic", "quotes": [secret]});
    let refusal = house
        .reply(&rex, "message.post", quote.clone(), None)
        .await
        .unwrap_err();
    assert_eq!(refusal.code.code(), "capability_denied");
    assert_eq!(refusal.rule.unwrap().by, RulingBy::Data);
    set(&house, json!({"data": {"leave": {"rooms": ["attic"]}}})).await;
    let posted = house.ok(&rex, "message.post", quote).await["id"].clone();
    let read = house
        .ok(&rex, "message.get", json!({"message": posted}))
        .await;
    assert_eq!(read["quotes"][0]["text"], "the plan is Friday");
    assert_eq!(read["labels"].as_array().unwrap().len(), 1);
    // What is erased at its place is gone from the quote too.
    house
        .ok(&house.owner, "message.redact", json!({"message": secret}))
        .await;
    let read = house
        .ok(&rex, "message.get", json!({"message": posted}))
        .await;
    assert_eq!(
        (&read["quotes"][0]["text"], &read["quotes"][0]["gone"]),
        (&json!(""), &json!(true))
    );
}

//! Handed into a session, placed, read, dropped: told as it is, and kept over a restart.

use serde_json::{Value, json};

use mesh_ops::Wanted;

use crate::house::House;

/// A lab in which rex listens and the owner has said these.
async fn lab(texts: &[&str]) -> (House, String) {
    let house = House::start().await;
    let rex = house.talker("rex").await;
    house
        .ok(&house.owner, "room.create", json!({"name": "lab"}))
        .await;
    house.ok(&rex, "room.join", json!({"room": "lab"})).await;
    for text in texts {
        house
            .ok(
                &house.owner,
                "message.post",
                json!({"room": "lab", "text": text}),
            )
            .await;
    }
    (house, rex)
}

async fn take(house: &House, who: &str, session: &str) -> Vec<Value> {
    let taken = house
        .ok(who, "delivery.take", json!({"session": session}))
        .await;
    taken["items"].as_array().unwrap().clone()
}

async fn receipt(house: &House, item: &Value) -> Value {
    let asked = json!({"message": item["message"]});
    let receipts = house.ok(&house.owner, "message.receipts", asked).await;
    receipts["items"][0].clone()
}

async fn waiting(house: &House, who: &str) -> Value {
    house.ok(who, "inbox.list", json!({})).await["waiting"].clone()
}

#[tokio::test]
async fn a_message_is_with_one_session_at_a_time() {
    let (house, rex) = lab(&["one", "two"]).await;
    let first = take(&house, &rex, "a").await;
    assert_eq!(first.len(), 2);
    let words = first[0]["words"].as_str().unwrap();
    let tag = first[0]["tag"].as_str().unwrap();
    assert_eq!(words, format!("[mesh:{tag}] @owner in #lab: one"));
    assert!(take(&house, &rex, "b").await.is_empty());
    assert!(take(&house, &rex, "a").await.is_empty());
    // A restart forgets nothing.
    let house = house.restart().await;
    assert!(take(&house, &rex, "b").await.is_empty());
    let seen = receipt(&house, &first[0]).await;
    assert_eq!(
        (&seen["stage"], &seen["delivery"]["state"]),
        (&json!("offered"), &json!("handed"))
    );
    // The session is gone: another gets what it had.
    let lost = json!({"session": "a", "lost": "all", "why": "ended"});
    house.ok(&rex, "delivery.report", lost).await;
    let seen = receipt(&house, &first[0]).await;
    assert_eq!(
        (&seen["delivery"]["state"], &seen["delivery"]["why"]),
        (&json!("dropped"), &json!("ended"))
    );
    let again = take(&house, &rex, "b").await;
    assert_eq!(
        (again.len(), &again[0]["attempt"], &again[0]["tag"]),
        (2, &json!(2), &first[0]["tag"])
    );
    // It cannot be handed away from under the new one by the old one.
    let late = json!({"session": "a", "dropped": [first[0]["tag"]], "why": "stopped"});
    let told = house.ok(&rex, "delivery.report", late).await;
    assert_eq!(told["items"][0]["state"], "handed");
}

#[tokio::test]
async fn only_what_a_model_read_leaves_the_inbox() {
    let (house, rex) = lab(&["one", "two"]).await;
    let items = take(&house, &rex, "a").await;
    let tags: Vec<_> = items.iter().map(|item| item["tag"].clone()).collect();
    house
        .ok(
            &rex,
            "delivery.report",
            json!({"session": "a", "placed": tags}),
        )
        .await;
    assert_eq!(waiting(&house, &rex).await, 2);
    assert_eq!(
        receipt(&house, &items[0]).await["delivery"]["state"],
        "placed"
    );
    // Without a turn nothing was read.
    let bare = json!({"session": "a", "read": tags});
    assert_eq!(
        house.refused(&rex, "delivery.report", bare).await,
        "invalid_input"
    );
    assert_eq!(waiting(&house, &rex).await, 2);
    let read = json!({"session": "a", "read": [tags[1]], "turn": "turn-1"});
    house.ok(&rex, "delivery.report", read.clone()).await;
    assert_eq!(waiting(&house, &rex).await, 1);
    let seen = receipt(&house, &items[1]).await;
    assert_eq!(
        (&seen["stage"], &seen["delivery"]["state"]),
        (&json!("in_context"), &json!("read"))
    );
    assert!(seen["delivery"].get("turn").is_none());
    // Said twice is said once, and a compaction takes nothing back.
    house.ok(&rex, "delivery.report", read).await;
    let lost = json!({"session": "a", "lost": "all", "why": "compacted"});
    let told = house.ok(&rex, "delivery.report", lost).await;
    assert_eq!(told["items"].as_array().unwrap().len(), 1, "{told}");
    let house = house.restart().await;
    let again = take(&house, &rex, "a").await;
    assert_eq!(
        (again.len(), &again[0]["message"]),
        (1, &items[0]["message"])
    );
}

#[tokio::test]
async fn nobody_proves_what_was_not_handed_to_them() {
    let (house, rex) = lab(&["one"]).await;
    let eve = house.talker("eve").await;
    house.ok(&eve, "room.join", json!({"room": "lab"})).await;
    let item = take(&house, &rex, "a").await.remove(0);
    let message = item["message"].as_str().unwrap();
    let guessed = format!("{message}.0000000000");
    for (who, tag) in [
        (&eve, item["tag"].as_str().unwrap()),
        (&rex, guessed.as_str()),
        (&rex, message),
        (&rex, ""),
    ] {
        let read = json!({"session": "a", "read": [tag], "turn": "t"});
        let told = house.ok(who, "delivery.report", read).await;
        assert_eq!(told["items"], json!([]), "{tag}");
    }
    assert_eq!(receipt(&house, &item).await["delivery"]["state"], "handed");
    for wrong in [
        json!({"session": ""}),
        json!({"session": "a\nb"}),
        json!({"session": "x".repeat(81)}),
        json!({"session": "a", "limit": 0}),
    ] {
        assert_eq!(
            house.refused(&rex, "delivery.take", wrong).await,
            "invalid_input"
        );
    }
    for wrong in [
        json!({"session": "a", "lost": "all"}),
        json!({"session": "a", "dropped": [item["tag"]]}),
        json!({"session": "a", "placed": vec!["m1.x"; 501]}),
    ] {
        assert_eq!(
            house.refused(&rex, "delivery.report", wrong).await,
            "invalid_input"
        );
    }
}

#[tokio::test]
async fn what_is_too_long_is_pointed_at() {
    let (house, rex) = lab(&[&"x".repeat(8 * 1024), "short"]).await;
    let items = take(&house, &rex, "a").await;
    assert_eq!(
        (&items[0]["whole"], &items[1]["whole"]),
        (&json!(false), &json!(true))
    );
    let words = items[0]["words"].as_str().unwrap();
    assert!(
        words.len() < 200 && words.contains("a message of 8192 bytes"),
        "{words}"
    );
    assert!(words.contains(items[0]["tag"].as_str().unwrap()));
}

#[tokio::test]
async fn what_another_session_has_holds_up_nothing_else() {
    let (house, rex) = lab(&["one", "two", "three"]).await;
    let one = house
        .ok(&rex, "delivery.take", json!({"session": "a", "limit": 1}))
        .await;
    assert_eq!(
        (one["items"].as_array().unwrap().len(), &one["waiting"]),
        (1, &json!(3))
    );
    let rest = take(&house, &rex, "b").await;
    assert_eq!(rest.len(), 2);
    assert!(
        rest.iter()
            .all(|item| item["message"] != one["items"][0]["message"])
    );
    // Taken in by hand: it is not handed to anybody any more.
    let last = rest[1]["message"]
        .as_str()
        .unwrap()
        .trim_start_matches('m')
        .parse::<u64>()
        .unwrap();
    house.ok(&rex, "inbox.ack", json!({"upto": last})).await;
    house
        .ok(
            &rex,
            "delivery.report",
            json!({"session": "a", "lost": "all", "why": "cleared"}),
        )
        .await;
    assert!(take(&house, &rex, "b").await.is_empty());
    assert!(receipt(&house, &rest[0]).await.get("delivery").is_none());
}

#[tokio::test]
async fn what_is_handed_counts_as_read_by_each_session() {
    let (house, rex) = lab(&[]).await;
    let kit = house.talker("kit").await;
    house.ok(&kit, "room.join", json!({"room": "lab"})).await;
    let strange = json!({"participant": "kit", "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", strange).await;
    let say = |text: &str| json!({"room": "lab", "text": text});
    house.ok(&kit, "message.post", say("hello")).await;
    let client = json!({"client": {"name": "tools"}});
    house.ok(&rex, "session.open", client).await;
    let read = async || {
        let known = house.ok(&rex, "influence.get", json!({})).await;
        let all = known["items"].as_array().unwrap().clone();
        all.into_iter().find(|one| one.get("session").is_some())
    };
    assert_eq!(read().await.unwrap()["judged"], false);
    // It is taken outside of that session, and the program acts within it.
    assert_eq!(take(&house, &rex, "a").await.len(), 1);
    let after = read().await.unwrap();
    assert_eq!(
        (&after["judged"], &after["everything"]),
        (&json!(true), &json!(false)),
        "{after}"
    );
}

#[tokio::test]
async fn what_never_came_into_a_conversation_is_handed_again() {
    let (house, rex) = lab(&["one", "two", "three"]).await;
    let items = take(&house, &rex, "a").await;
    let tag = |n: usize| items[n]["tag"].clone();
    let seen = json!({"session": "a", "read": [tag(0)], "turn": "t", "placed": [tag(1)],
        "lost": "unplaced", "why": "failed"});
    let told = house.ok(&rex, "delivery.report", seen).await;
    let states: Vec<_> = told["items"].as_array().unwrap().iter().collect();
    assert_eq!(
        states.iter().map(|item| &item["state"]).collect::<Vec<_>>(),
        ["read", "placed", "dropped"]
    );
    let again = take(&house, &rex, "a").await;
    assert_eq!((again.len(), &again[0]["tag"]), (1, &tag(2)));
}

#[tokio::test]
async fn an_idle_session_is_woken_by_what_addresses_it() {
    let (house, rex) = lab(&["nothing for anybody"]).await;
    let wake = async |session: &str| {
        house
            .ok(&rex, "delivery.wake", json!({"session": session}))
            .await
    };
    assert_eq!(wake("a").await, json!({"messages": []}));
    let said = json!({"room": "lab", "text": "@rex, please ignore this: [mesh:wake]"});
    let said = house.ok(&house.owner, "message.post", said).await;
    let woken = wake("a").await;
    assert_eq!(woken["messages"], json!([said["id"]]));
    let words = woken["words"].as_str().unwrap();
    let named = format!("{} from @owner", said["id"].as_str().unwrap());
    assert!(words.len() <= 512 && words.contains(&named), "{words}");
    assert!(!words.contains("please"), "{words}");
    // It is noted: neither the same session nor another is woken with it, and a restart forgets nothing.
    for session in ["a", "b"] {
        let left = wake(session).await;
        assert!(
            left.get("words").is_none() && left["again_ms"].is_u64(),
            "{left}"
        );
    }
    let house = house.restart().await;
    let again = house
        .ok(&rex, "delivery.wake", json!({"session": "a"}))
        .await;
    assert!(again.get("words").is_none(), "{again}");
}

#[tokio::test]
async fn who_is_not_to_be_disturbed_sleeps_on() {
    let (house, rex) = lab(&["@rex, wake up"]).await;
    let dnd = |state: &str| json!({"state": state});
    house.ok(&rex, "presence.set", dnd("dnd")).await;
    let ask = json!({"session": "a"});
    let left = house.ok(&rex, "delivery.wake", ask.clone()).await;
    assert!(
        left.get("words").is_none() && left["again_ms"].is_u64(),
        "{left}"
    );
    house.ok(&rex, "presence.set", dnd("idle")).await;
    let woken = house.ok(&rex, "delivery.wake", ask).await;
    assert!(woken["words"].is_string(), "{woken}");
}

#[tokio::test]
async fn strangers_wake_nobody_who_does_not_want_it() {
    let (house, rex) = lab(&[]).await;
    let kit = house.talker("kit").await;
    house.ok(&kit, "room.join", json!({"room": "lab"})).await;
    let strange = json!({"participant": "kit", "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", strange).await;
    let say = json!({"room": "lab", "text": "@rex, wake up"});
    house.ok(&kit, "message.post", say.clone()).await;
    let ask = json!({"session": "a", "not_for_strangers": true});
    let left = house.ok(&rex, "delivery.wake", ask.clone()).await;
    assert_eq!(left, json!({"messages": []}));
    let owner = house.ok(&house.owner, "message.post", say).await;
    let woken = house.ok(&rex, "delivery.wake", ask).await;
    assert_eq!(woken["messages"], json!([owner["id"]]));
}

/// How soon words get to rex, as the owner is told.
async fn reach(house: &House) -> Value {
    let all = house.ok(&house.owner, "presence.list", json!({})).await;
    let rex = all["items"].as_array().unwrap().iter();
    let rex = rex.filter(|one| one["participant"]["handle"] == "rex");
    rex.map(|one| one["presence"]["reach"].clone())
        .next()
        .unwrap_or_default()
}

#[tokio::test]
async fn presence_says_how_soon_words_get_to_somebody() {
    let (house, rex) = lab(&["one"]).await;
    assert_eq!(reach(&house).await, Value::Null);
    let client = json!({"client": {"name": "test"}});
    let opened = house.ok(&rex, "session.open", client).await;
    assert_eq!(reach(&house).await, "when_asked");
    // A hook takes what waits with each turn.
    take(&house, &rex, "a").await;
    assert_eq!(reach(&house).await, "next_turn");
    let caller = house.door.authenticate(Some(&rex), None).await.unwrap();
    let listening = |rooms: &[&str], types: &[&str]| {
        let text = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        let wanted = Wanted {
            after: None,
            rooms: text(rooms),
            types: text(types),
            session: None,
        };
        house.door.subscribe(&caller, None, wanted)
    };
    // Who hears only of tasks, or of one room, misses words.
    let _tasks = listening(&[], &["task.created"]).await.unwrap();
    let _lab = listening(&["lab"], &[]).await.unwrap();
    assert_eq!(reach(&house).await, "next_turn");
    let words = listening(&[], &["message.posted"]).await.unwrap();
    assert_eq!(reach(&house).await, "at_once");
    drop(words);
    assert_eq!(reach(&house).await, "next_turn");
    let session = json!({"session": opened["session"]});
    house.ok(&rex, "session.close", session).await;
    assert_eq!(reach(&house).await, Value::Null);
    house
        .ok(&rex, "session.open", json!({"client": {"name": "test"}}))
        .await;
    assert_eq!(reach(&house).await, "when_asked");
}

/// rex is woken in a session by all that waits, and a model reads it.
async fn woken(house: &House, rex: &str, session: &str) {
    let asked = json!({"session": session});
    let woken = house.ok(rex, "delivery.wake", asked).await;
    assert!(woken["words"].is_string(), "{woken}");
    let tags: Vec<_> = take(house, rex, session).await;
    let tags: Vec<_> = tags.iter().map(|item| item["tag"].clone()).collect();
    let read = json!({"session": session, "read": tags, "turn": "t"});
    house.ok(rex, "delivery.report", read).await;
}

#[tokio::test]
async fn the_last_words_of_a_woken_turn_answer_who_asked() {
    let (house, rex) = lab(&["@rex, is it green?"]).await;
    let ends = json!({"session": "a", "text": "@owner it is green, ask @rex"});
    // No wake, no reply: what somebody says in a terminal of their own stays there.
    let nothing = house.ok(&rex, "delivery.finish", ends.clone()).await;
    assert_eq!(nothing, json!({}));
    let asked = json!({"session": "a"});
    house.ok(&rex, "delivery.wake", asked).await;
    // Nor before a model has read what woke it.
    let nothing = house.ok(&rex, "delivery.finish", ends.clone()).await;
    assert_eq!(nothing, json!({}));
    let tags: Vec<_> = take(&house, &rex, "a").await;
    let read = json!({"session": "a", "read": [tags[0]["tag"]], "turn": "t"});
    house.ok(&rex, "delivery.report", read).await;
    let other = json!({"session": "b", "text": "not I"});
    let nothing = house.ok(&rex, "delivery.finish", other).await;
    assert_eq!(nothing, json!({}));
    let done = house.ok(&rex, "delivery.finish", ends.clone()).await;
    let get = json!({"message": done["posted"]["id"]});
    let reply = house.ok(&house.owner, "message.get", get).await;
    assert_eq!(reply["closing"], true, "{reply}");
    assert_eq!(reply["reply_to"], tags[0]["message"]);
    let mentions = reply["mentions"].as_array().unwrap();
    let owner = house.ok(&house.owner, "me.get", json!({})).await;
    assert_eq!(mentions, &[owner["participant"]["id"].clone()]);
    // Once.
    let again = house.ok(&rex, "delivery.finish", ends).await;
    assert_eq!(again, json!({}));
}

#[tokio::test]
async fn who_has_answered_says_nothing_twice() {
    let (house, rex) = lab(&["@rex, is it green?"]).await;
    woken(&house, &rex, "a").await;
    let say = json!({"room": "lab", "text": "it is"});
    house.ok(&rex, "message.post", say).await;
    let ends = json!({"session": "a", "text": "I have told them."});
    assert_eq!(
        house.ok(&rex, "delivery.finish", ends).await,
        json!({}),
        "it was answered"
    );
}

#[tokio::test]
async fn what_is_for_one_room_is_told_to_no_other() {
    let (house, rex) = lab(&["@rex, is it green?"]).await;
    let aside = json!({"to": "@rex", "text": "and what does it cost?"});
    house.ok(&house.owner, "message.send", aside).await;
    woken(&house, &rex, "a").await;
    let ends = json!({"session": "a", "text": "It is green. It costs 5."});
    let left = house.ok(&rex, "delivery.finish", ends).await;
    assert!(left.get("posted").is_none(), "{left}");
    assert_eq!(left["unanswered"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_reply_by_last_words_obeys_the_rules_of_its_room() {
    let (house, rex) = lab(&["@rex, is it green?"]).await;
    woken(&house, &rex, "a").await;
    let quiet = json!({"room": "lab", "participant": "rex", "seconds": 60});
    house.ok(&house.owner, "member.mute", quiet).await;
    let ends = json!({"session": "a", "text": "It is."});
    let refused = house.refused(&rex, "delivery.finish", ends).await;
    assert_eq!(refused, "capability_denied");
}

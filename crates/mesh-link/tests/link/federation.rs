//! What is said in rooms that two meshes share.

use std::path::Path;
use std::sync::Arc;

use mesh_link::federation::wire::{Frame, Mark, VERSION};
use mesh_model::{ErrorCode, EventHash, Seq};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::meshes::{Line, Side, items, pair};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_on_both_sides_is_in_both_logs_once_and_in_the_order_of_the_home() {
    let (north, south, line) = pair().await;
    north.say("workshop", "hello south").await;
    assert_eq!(south.until_texts("yard", 1).await, ["hello south"]);
    let said = south.say("yard", "hello north").await;
    assert_eq!(said["quarantined"], true, "it waits for its home: {said}");
    south.until_texts("yard", 2).await;
    assert_eq!(
        north.told("workshop").await[1..],
        [
            ("owner".to_owned(), "hello south".to_owned()),
            ("owner@south".to_owned(), "hello north".to_owned())
        ]
    );
    assert_eq!(
        south.told("yard").await,
        [
            ("owner@north".to_owned(), "hello south".to_owned()),
            ("owner".to_owned(), "hello north".to_owned())
        ]
    );

    // Both speak while nobody hears the other; then one of them is started anew.
    line.set(false);
    for n in 0..20 {
        north.say("workshop", &format!("n{n}")).await;
        south.say("yard", &format!("s{n}")).await;
    }
    assert_eq!(
        south.texts("yard").await.len(),
        2,
        "what waits is not posted"
    );
    let south = south.restart().await;
    line.set(true);
    let told = south.until_texts("yard", 42).await;
    let north = north.restart().await;
    north.say("workshop", "the end").await;
    let told = [told, vec!["the end".to_owned()]].concat();
    assert_eq!(south.until_texts("yard", 43).await, told);
    assert_eq!(north.texts("workshop").await[1..], told);
    for side in ["n", "s"] {
        let own = told
            .iter()
            .filter(|text| text.starts_with(side) && text.len() < 4);
        let want: Vec<String> = (0..20).map(|n| format!("{side}{n}")).collect();
        assert_eq!(own.cloned().collect::<Vec<_>>(), want);
    }
    let first = north
        .ok("message.list", json!({"room": "workshop", "limit": 200}))
        .await;
    let brought = items(&first)
        .iter()
        .find(|message| message["text"] == "s0")
        .unwrap();
    assert_eq!(brought["trust"], "untrusted");
    assert_eq!(brought["relayed"]["place"]["mesh"], south.key.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_decides_and_what_it_refuses_is_a_dead_letter() {
    let (north, south, _line) = pair().await;
    let deny = json!({"room": "workshop", "force": true, "policy": {"rules": [
        {"name": "quiet", "effect": "deny", "to": {"participants": ["south"]}, "capabilities": ["speak"]}
    ]}});
    north.ok("room.policy_set", deny).await;
    let said = south.say("yard", "may I?").await;
    let refused = json!({"link": "north"});
    let letters = south
        .until("link.refused", refused.clone(), |list| {
            !items(list).is_empty()
        })
        .await;
    let letter = &items(&letters)[0];
    assert_eq!(
        (&letter["message"], &letter["code"]),
        (&said["id"], &json!("capability_denied"))
    );
    assert!(south.texts("yard").await.is_empty());
    // Nobody here lets out what its home did not take.
    let release = json!({"message": said["id"], "release": true});
    assert_eq!(
        south.code("quarantine.review", release).await,
        ErrorCode::NotFound
    );

    north
        .ok("room.policy_set", json!({"room": "workshop", "policy": {}}))
        .await;
    south.ok("link.retry", json!({"link": "north"})).await;
    assert_eq!(south.until_texts("yard", 1).await, ["may I?"]);
    assert_eq!(north.texts("workshop").await[1..], ["may I?"]);
    south
        .until("link.refused", refused, |list| items(list).is_empty())
        .await;

    // Revoked, the mirror takes nothing more; shared again, it goes on by itself.
    north
        .ok("link.revoke", json!({"link": "south", "room": "workshop"}))
        .await;
    let closed = |link: &Value| link["offered"][0]["open"] == json!(false);
    south
        .until("link.get", json!({"link": "north"}), closed)
        .await;
    let more = json!({"room": "yard", "text": "more"});
    assert_eq!(south.code("message.post", more).await, ErrorCode::Conflict);
    north.say("workshop", "among us").await;
    north
        .ok("link.share", json!({"link": "south", "room": "workshop"}))
        .await;
    let followed = |link: &Value| link["shared"][0]["followed"] == json!(true);
    north
        .until("link.get", json!({"link": "south"}), followed)
        .await;
    north.say("workshop", "with you").await;
    assert_eq!(south.until_texts("yard", 2).await, ["may I?", "with you"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_and_what_is_answered_is_found_on_the_other_side() {
    let (north, south, _line) = pair().await;
    south.ok("agent.register", json!({"agent": "rex"})).await;
    south
        .ok("member.add", json!({"room": "yard", "participant": "rex"}))
        .await;
    north.ok("agent.register", json!({"agent": "rex"})).await;
    north
        .ok(
            "member.add",
            json!({"room": "workshop", "participant": "rex"}),
        )
        .await;
    north.say("workshop", "@rex@south, look").await;
    south.until_texts("yard", 1).await;
    let list = south.ok("message.list", json!({"room": "yard"})).await;
    let asked = &items(&list)[0];
    let rex = south
        .ok("participant.get", json!({"participant": "rex"}))
        .await["id"]
        .clone();
    assert_eq!(asked["mentions"], json!([rex]));
    let here = north.ok("message.list", json!({"room": "workshop"})).await;
    let named = items(&here)
        .iter()
        .find(|message| message["text"] == "@rex@south, look")
        .unwrap();
    assert!(
        named["mentions"].as_array().is_none_or(Vec::is_empty),
        "{named}"
    );

    let answer = json!({"room": "yard", "text": "done", "reply_to": asked["id"]});
    south.ok("message.post", answer).await;
    south.until_texts("yard", 2).await;
    let here = north.ok("message.list", json!({"room": "workshop"})).await;
    let answer = items(&here)
        .iter()
        .find(|message| message["text"] == "done")
        .unwrap();
    assert_eq!(answer["reply_to"], named["id"]);

    // What asks others to run something stays.
    let run = json!({"room": "yard", "text": "run it", "command": true});
    assert_eq!(south.code("message.post", run).await, ErrorCode::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_went_back_stops_both_until_somebody_has_looked() {
    let (north, south, line) = pair().await;
    let kept = loses_a_word(north, &south, &line).await;
    let north = Side::at(kept, &line).await;
    let paused = |why: &'static str| move |link: &Value| link["paused"] == json!(why);
    let link = south
        .until("link.get", json!({"link": "north"}), paused("went_back"))
        .await;
    assert_eq!(link["state"], "paused");
    north
        .until("link.get", json!({"link": "south"}), paused("we_went_back"))
        .await;

    south.ok("link.reset", json!({"link": "north"})).await;
    north.ok("link.resume", json!({"link": "south"})).await;
    north.say("workshop", "said again").await;
    assert_eq!(
        south.until_texts("yard", 2).await,
        ["said and lost", "said again"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_went_back_and_grew_since_stops_both() {
    let (north, south, line) = pair().await;
    let kept = loses_a_word(north, &south, &line).await;

    line.set(false);
    let north = Side::at(kept, &line).await;
    let taken = south.ok("link.get", json!({"link": "north"})).await["taken"].clone();
    while north.door.node().head().0 <= taken.as_u64().unwrap() {
        north.say("workshop", "said to nobody").await;
    }
    line.set(true);
    let paused = |why: &'static str| move |link: &Value| link["paused"] == json!(why);
    let (to_north, to_south) = (json!({"link": "north"}), json!({"link": "south"}));
    south.until("link.get", to_north, paused("went_back")).await;
    north
        .until("link.get", to_south, paused("we_went_back"))
        .await;

    // Whoever missed it hears it when it calls, as long as it is so.
    let mark = |seq| Mark {
        seq: Seq(seq),
        hash: EventHash([9; 32]),
    };
    let holds = |seq| Some(mark(seq));
    for (side, other, head, held, hears) in [
        (&north, &south, 1_000, holds(3), Some(Frame::Lost)),
        (&north, &south, 1_000, None, None),
        (&south, &north, 1, None, Some(Frame::Halt)),
        (&south, &north, 1_000, None, None),
    ] {
        let (way, says, mut heard) = line.way();
        assert!(side.entrance().wants(&other.key));
        side.entrance().take(&other.key, Box::new(way));
        let greets = Frame::Hello {
            v: VERSION,
            head: mark(head),
            held,
        };
        says.send(serde_json::to_vec(&greets).unwrap()).unwrap();
        let frame = |bytes: Vec<u8>| serde_json::from_slice::<Frame>(&bytes).unwrap();
        let first = heard.recv().await.map(frame);
        assert!(matches!(first, Some(Frame::Hello { .. })), "{first:?}");
        assert_eq!(heard.recv().await.map(frame), hears);
        drop(says);
        while heard.recv().await.is_some() {}
    }
}

/// The home of north as it was before it said something that south has taken.
async fn loses_a_word(north: Side, south: &Side, line: &Arc<Line>) -> TempDir {
    let old = north.stop().await;
    let kept = tempfile::tempdir().unwrap();
    copy(old.path(), kept.path());
    let north = Side::at(old, line).await;
    north.say("workshop", "said and lost").await;
    south.until_texts("yard", 1).await;
    north.stop().await;
    kept
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let there = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&there).unwrap();
            copy(&entry.path(), &there);
        } else if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), there).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_it_stands_with_a_peer_is_told_to_owners_and_members() {
    let (north, south, line) = pair().await;
    let (to_north, to_south) = (json!({"link": "north"}), json!({"link": "south"}));
    let yard = json!({"room": "yard"});
    south.say("yard", "first").await;
    south.until_texts("yard", 1).await;
    let open = |link: &Value| link["state"] == "open" && link["under_way"] == 0;
    let there = south.until("link.get", to_north.clone(), open).await;
    let here = north.until("link.get", to_south, open).await;
    assert_eq!(there["words"], here["words"]);
    assert_eq!(there["words"].as_str().unwrap().split(' ').count(), 12);
    assert!(there["heard_at"].is_string(), "{there}");

    // Members see where a room is at home and who follows it; whoever speaks for a peer is present as long as it is reached.
    let mirror = south.ok("room.get", yard.clone()).await;
    assert_eq!(mirror["home"]["mesh"]["handle"], "north");
    assert_eq!(mirror["home"]["state"], "open");
    assert_eq!(mirror["home"]["waits"], 0);
    assert_eq!(mirror["followers"], Value::Null);
    let shared = north.ok("room.get", json!({"room": "workshop"})).await;
    assert_eq!(shared["home"], Value::Null);
    assert_eq!(shared["followers"][0]["mesh"]["handle"], "south");
    assert_eq!(shared["followers"][0]["follows"], true);
    let speaker = json!({"participant": "north"});
    let present = south.ok("participant.get", speaker.clone()).await;
    assert_eq!(present["presence"]["state"], "idle", "{present}");

    line.set(false);
    let is_away = |room: &Value| room["home"]["state"] == "away";
    south.until("room.get", yard.clone(), is_away).await;
    let gone = |one: &Value| one["presence"]["state"] == "offline";
    let gone = south.until("participant.get", speaker, gone).await;
    assert!(gone["presence"]["last_seen"].is_string(), "{gone}");
    let first = south.ok("message.list", yard.clone()).await;
    let edit = json!({"message": items(&first)[0]["id"], "text": "first, and better"});
    south.ok("message.edit", edit).await;
    south.say("yard", "second").await;
    let waits = |room: &Value| room["home"]["waits"] == 2;
    south.until("room.get", yard.clone(), waits).await;
    let away = south.ok("link.get", to_north.clone()).await;
    assert_eq!(away["waits"], 2);
    assert!(away["untold"].as_u64().unwrap() > 0, "{away}");

    line.set(true);
    south.until_texts("yard", 2).await;
    let taken = |room: &Value| room["home"]["waits"] == 0 && room["home"]["state"] == "open";
    south.until("room.get", yard.clone(), taken).await;

    // Shared no more, it can be read and nothing more.
    let shared = json!({"link": "south", "room": "workshop"});
    north.ok("link.revoke", shared).await;
    let over = |room: &Value| room["home"]["state"] == "over";
    south.until("room.get", yard, over).await;
}

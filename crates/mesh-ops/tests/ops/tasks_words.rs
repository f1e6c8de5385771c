//! The words of tasks: who gets them how, how they are erased, and whose they are.

use std::path::Path;

use crate::house::{House, holding};
use crate::signatures::forged;
use ed25519_dalek::SigningKey;
use mesh_model::{OutputHash, PublicKey};
use mesh_ops::check_signatures;
use mesh_proof::Digest;
use mesh_proof::provenance::Made;
use serde_json::{Value, json};

/// Said in every place that can hold words of a task.
const WORD: &str = "hunter2swordfish";
const SALT: [u8; 16] = [9; 16];

fn key() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// A room where the agent `rex` works, and its token.
async fn workshop(house: &House) -> String {
    house
        .ok(&house.owner, "room.create", json!({"name": "workshop"}))
        .await;
    let public = PublicKey(key().verifying_key().to_bytes()).to_string();
    let rex = json!({"agent": "rex", "preset": "worker", "key": public});
    let rex = house.ok(&house.owner, "agent.register", rex).await;
    let member = json!({"room": "workshop", "participant": "rex"});
    house.ok(&house.owner, "member.add", member).await;
    let may = json!({"room": "workshop", "participant": "rex", "capabilities": ["speak", "listen", "execute"]});
    house.ok(&house.owner, "member.capabilities", may).await;
    let rex = text(&rex["token"]);
    house.ok(&rex, "worker.enrol", json!({"slots": 4})).await;
    rex
}

async fn create(house: &House, task: Value) -> String {
    let input = json!({"room": "workshop", "tasks": [task]});
    let made = house.ok(&house.owner, "task.create", input).await;
    text(&made["tasks"][0]["id"])
}

async fn take(house: &House, token: &str) -> Value {
    let taken = house.ok(token, "task.take", json!({"count": 1})).await;
    taken["items"][0].clone()
}

#[tokio::test]
async fn erased_words_are_nowhere_any_more() {
    let house = House::start().await;
    let rex = workshop(&house).await;
    let task = create(
        &house,
        json!({"title": WORD, "prompt": format!("Try {WORD}."), "input": {"password": WORD}, "backoff_ms": 0, "check": {"type": "object"}}),
    )
    .await;
    let other = create(&house, json!({"title": "Another", "prompt": "Stay."})).await;
    let taken = take(&house, &rex).await;
    let at = |taken: &Value| json!({"task": task, "fence": taken["fence"], "text": WORD});
    house.ok(&rex, "task.progress", at(&taken)).await;
    let ask = json!({
        "room": "workshop", "question": format!("May I use {WORD}?"), "detail": {"password": WORD},
        "task": task, "fence": taken["fence"],
    });
    let asked = house.ok(&rex, "approval.ask", ask).await;
    let answer =
        json!({"approval": asked["id"], "approve": true, "reason": format!("{WORD} is fine")});
    house.ok(&house.owner, "approval.decide", answer).await;
    house.ok(&rex, "task.hand_off", at(&taken)).await;
    let taken = take(&house, &rex).await;
    let failed = json!({"task": task, "fence": taken["fence"], "reason": format!("{WORD} is wrong"), "last": true});
    house.ok(&rex, "task.fail", failed).await;
    // Whoever comes in may not erase it, and nobody erases what is still to be done.
    let permissions = ["agents:read", "messages:read", "tasks:read", "tasks:write"];
    let other_agent = house.agent("other", &permissions).await;
    let redact = json!({"task": task, "reason": "a password"});
    assert_eq!(
        house
            .refused(&other_agent, "task.redact", redact.clone())
            .await,
        "not_found"
    );
    assert_eq!(
        house
            .refused(&house.owner, "task.redact", json!({"task": other}))
            .await,
        "conflict"
    );
    let state = house
        .ok(&house.owner, "task.get", json!({"task": task}))
        .await;
    if state["state"] != "failed" {
        // It waits for a person.
        let resolve = json!({"task": task, "resolution": "fail", "reason": WORD});
        house.ok(&house.owner, "task.resolve", resolve).await;
    }
    assert!(!holding(house.home.path(), WORD.as_bytes()).is_empty());
    let report = house.ok(&house.owner, "report.get", json!({})).await;
    let failure = &report["failures"][0];
    assert_eq!(
        (
            &failure["worker"]["handle"],
            &failure["cause"],
            &failure["count"],
            &failure["last"]
        ),
        (&json!("rex"), &json!("reported"), &json!(1), &json!(task))
    );
    assert_eq!(
        (&failure["title"], &failure["reason"]),
        (&json!(WORD), &json!(format!("{WORD} is wrong")))
    );
    assert_eq!(report["approvals"]["approved"], 1);
    assert_eq!(report["work"]["handed_off"], 1);
    let others = house.ok(&other_agent, "report.get", json!({})).await;
    assert_eq!(others["failures"], json!([]));
    house.ok(&house.owner, "task.redact", redact).await;
    let report = house.ok(&house.owner, "report.get", json!({})).await;
    let failure = &report["failures"][0];
    assert_eq!(
        (failure.get("title"), failure.get("reason")),
        (None, None),
        "{failure}"
    );
    // It has ended, whatever its schema was.
    let late = json!({"task": task, "fence": taken["fence"], "output": {"text": "late"}});
    assert_eq!(
        house.refused(&rex, "task.finish", late).await,
        "stale_fence"
    );
    let read = house
        .ok(&house.owner, "task.get", json!({"task": task}))
        .await;
    for field in ["title", "prompt", "input"] {
        assert!(read.get(field).is_none(), "{field}: {read}");
    }
    assert_eq!(read["attempts"].as_array().unwrap().len(), 2);
    let output = house
        .ok(&house.owner, "task.output", json!({"task": task}))
        .await;
    let pieces = output["items"].as_array().unwrap();
    assert_eq!(pieces.len(), 2);
    assert!(pieces.iter().all(|piece| piece.get("output").is_none()));
    let search = json!({"q": WORD});
    let found = house.ok(&house.owner, "message.search", search).await;
    assert_eq!(found["items"], json!([]));
    let listed = house.ok(&house.owner, "task.list", json!({})).await;
    assert_eq!(listed["items"][1]["title"], "Another");
    // What the node wrote at its end and at its next start holds nothing of it either.
    let house = house.restart().await;
    let sound = house.ok(&house.owner, "log.verify", json!({})).await;
    assert_eq!(sound["sound"], true, "{sound}");
    let home = house.stop().await;
    assert_eq!(holding(home.path(), WORD.as_bytes()), Vec::<String>::new());
}

/// People see what untrusted agents say as it is; programs get it in an envelope, titles and reasons too.
#[tokio::test]
async fn programs_get_untrusted_words_in_envelopes() {
    let house = House::start().await;
    let rex = workshop(&house).await;
    let task = create(
        &house,
        json!({"title": "Plain", "prompt": "Plain words.", "assigned": "rex"}),
    )
    .await;
    let taken = take(&house, &rex).await;
    let piece = json!({"task": task, "fence": taken["fence"], "text": "piece of work"});
    house.ok(&rex, "task.progress", piece).await;
    let permissions = ["agents:read", "messages:read", "tasks:read"];
    let reader = house.agent("reader", &permissions).await;
    let member = json!({"room": "workshop", "participant": "reader"});
    house.ok(&house.owner, "member.add", member).await;
    let untrusted = json!({"participant": "rex", "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", untrusted).await;
    let output = |token: String| {
        let (house, ask) = (&house, json!({"task": task}));
        async move {
            let page = house.ok(&token, "task.output", ask).await;
            page["items"][0].clone()
        }
    };
    let seen = output(house.owner.clone()).await;
    assert_eq!(seen["output"]["text"], "piece of work");
    assert!(seen.get("enveloped").is_none());
    let seen = output(reader.clone()).await;
    let wrapped = text(&seen["output"]["text"]);
    assert!(
        wrapped.contains("UNTRUSTED")
            && wrapped.contains("@rex")
            && wrapped.contains("piece of work"),
        "{wrapped}"
    );
    assert_eq!(seen["enveloped"], true);
    // The owner's own words are an order, not data.
    let read = house.ok(&reader, "task.get", json!({"task": task})).await;
    assert_eq!(
        (&read["title"], &read["prompt"]),
        (&json!("Plain"), &json!("Plain words."))
    );
}

/// Signs and hands in what was taken.
async fn hand_in(house: &House, token: &str, taken: &Value, said: &str) -> String {
    let mesh = text(&house.ok(&house.owner, "status.get", json!({})).await["mesh"]);
    let me = house.ok(token, "me.get", json!({})).await;
    let output = json!({ "text": said });
    let previous = taken["previous"].as_array().unwrap();
    let at_ms = 1_795_000_000_123;
    let made = Made {
        mesh,
        previous: previous
            .iter()
            .map(|link| Digest(text(link).parse::<OutputHash>().unwrap().0))
            .collect(),
        at_ms,
        agent: text(&me["participant"]["id"]),
        task: text(&taken["task"]["id"]),
        output: Digest::of_body(&SALT, output.to_string().as_bytes()),
    };
    let signed = made.sign(&key());
    let sig: String = signed
        .sig
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let result = json!({
        "task": taken["task"]["id"], "fence": taken["fence"], "output": output, "confidence": 90,
        "signed": {
            "key": PublicKey(signed.key).to_string(), "sig": sig, "at": mesh_model::Millis(at_ms).to_string(),
            "salt": "09".repeat(16), "previous": previous,
        },
    });
    house.ok(token, "task.finish", result).await;
    sig
}

#[tokio::test]
async fn who_made_what_from_what_can_be_proved() {
    let house = House::start().await;
    let rex = workshop(&house).await;
    let tasks = json!([
        {"key": "a", "title": "A", "prompt": "a", "priority": 9}, {"key": "plain", "prompt": "p", "priority": 1},
        {"key": "b", "prompt": "b", "needs": ["a"], "priority": 8},
        {"key": "c", "prompt": "c", "needs": ["b", "plain"]},
    ]);
    let input = json!({"room": "workshop", "tasks": tasks});
    let made = house.ok(&house.owner, "task.create", input).await;
    let ids: Vec<String> = made["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| text(&it["id"]))
        .collect();
    let mut sigs = Vec::new();
    for said in ["one", "two"] {
        let taken = take(&house, &rex).await;
        sigs.push(hand_in(&house, &rex, &taken, said).await);
    }
    let taken = take(&house, &rex).await;
    assert_eq!(taken["task"]["id"], json!(ids[1]));
    let plain =
        json!({"task": ids[1], "fence": taken["fence"], "output": {"text": "p"}, "confidence": 90});
    house.ok(&rex, "task.finish", plain).await;
    let taken = take(&house, &rex).await;
    sigs.push(hand_in(&house, &rex, &taken, "three").await);
    let ask = json!({"task": ids[3]});
    let seen = house.ok(&house.owner, "task.provenance", ask.clone()).await;
    assert_eq!(seen["holds"], true, "{seen}");
    let results = seen["results"].as_array().unwrap();
    let order: Vec<&Value> = results.iter().map(|result| &result["task"]).collect();
    assert_eq!(order, [&json!(ids[0]), &json!(ids[2]), &json!(ids[3])]);
    assert_eq!(seen["unsigned"], json!([ids[1]]));
    assert_eq!(results[0]["title"], "A");
    assert_eq!(results[1]["previous"], json!([results[0]["link"]]));
    assert_eq!(
        results[2]["previous"],
        json!([results[1]["link"], "0".repeat(64)])
    );
    // The log by itself says the same, and a forged one is found out: with each changed signature go
    // those that were built on it.
    let reader = house.door.node().log_reader();
    let checked = check_signatures(&forged(&reader, "nothing of this", "kind")).unwrap();
    assert_eq!((checked.results_good, checked.results_bad.len()), (3, 0));
    for (sig, bad) in sigs.iter().zip([3, 2, 1]) {
        let first = if sig.starts_with('0') { "1" } else { "0" };
        let flipped = format!("{first}{}", &sig[1..]);
        let checked = check_signatures(&forged(&reader, sig, &flipped)).unwrap();
        assert_eq!(checked.results_bad.len(), bad);
        assert!(!checked.is_sound());
    }
    // A key that is revoked afterwards was the agent's then.
    let public = PublicKey(key().verifying_key().to_bytes()).to_string();
    let revoke = json!({"participant": "rex", "key": public});
    house.ok(&house.owner, "identity.revoke", revoke).await;
    let seen = house.ok(&house.owner, "task.provenance", ask.clone()).await;
    assert_eq!(seen["holds"], true, "{seen}");
    let whole = house.ok(&house.owner, "log.verify", json!({})).await;
    assert_eq!(
        (&whole["sound"], &whole["signatures_good"]),
        (&json!(true), &json!(3)),
        "{whole}"
    );
    // Somebody changes a byte of the second signature in what the node reads.
    let home = house.stop().await;
    let mut changed = 0;
    alter(home.path(), &sigs[1], &mut changed);
    assert!(changed > 0, "the view holds the signature");
    let house = House::reopen(home).await;
    let seen = house.ok(&house.owner, "task.provenance", ask).await;
    assert_eq!(seen["holds"], false);
    let holds: Vec<&Value> = seen["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| &result["holds"])
        .collect();
    assert_eq!(
        holds,
        [true, false, false],
        "those that were built on it go with it"
    );
    assert!(text(&seen["broken"]).contains(&ids[2]), "{seen}");
}

/// Changes a byte of the signature in the view's files, not in the log.
fn alter(dir: &Path, sig: &str, changed: &mut usize) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("log") {
                alter(&path, sig, changed);
            }
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("view") {
            continue;
        }
        let mut bytes = std::fs::read(&path).unwrap();
        let places: Vec<usize> = bytes
            .windows(sig.len())
            .enumerate()
            .filter(|(_, window)| *window == sig.as_bytes())
            .map(|(at, _)| at)
            .collect();
        for place in places {
            bytes[place] = if bytes[place] == b'0' { b'1' } else { b'0' };
            *changed += 1;
        }
        std::fs::write(&path, bytes).unwrap();
    }
}

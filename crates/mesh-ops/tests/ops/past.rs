//! The past as it was, with the rights and erasures of today.

use crate::house::House;
use serde_json::{Value, json};

/// An agent that may look at tasks and messages.
async fn reader(house: &House, handle: &str) -> String {
    house
        .agent(
            handle,
            &[
                "agents:read",
                "messages:read",
                "messages:write",
                "tasks:read",
                "tasks:write",
            ],
        )
        .await
}

async fn moment(house: &House, token: &str, input: Value) -> Value {
    house.ok(token, "log.moment", input).await
}

/// How much is counted in all, of every kind.
async fn counted(house: &House, token: &str) -> u64 {
    let density = house.ok(token, "log.density", json!({})).await;
    let kinds = density["kinds"].as_array().unwrap().iter();
    kinds
        .flat_map(|kind| kind["counts"].as_array().unwrap())
        .map(|count| count.as_u64().unwrap())
        .sum()
}

#[tokio::test]
async fn a_task_stands_where_it_stood_and_time_leads_to_its_place() {
    let house = House::start().await;
    let owner = &house.owner;
    house
        .ok(owner, "room.create", json!({"name": "workshop"}))
        .await;
    let rex = house
        .ok(
            owner,
            "agent.register",
            json!({"agent": "rex", "preset": "worker"}),
        )
        .await;
    let member = json!({"room": "workshop", "participant": "rex"});
    house.ok(owner, "member.add", member).await;
    let may = json!({"room": "workshop", "participant": "rex", "capabilities": ["speak", "listen", "execute"]});
    house.ok(owner, "member.capabilities", may).await;
    let token = rex["token"].as_str().unwrap().to_owned();
    let tasks = json!({"room": "workshop", "tasks": [{"title": "Dig", "prompt": "Dig here."}]});
    let made = house.ok(owner, "task.create", tasks).await;
    let queued = made["seq"].as_u64().unwrap();
    let enrolled = house.ok(&token, "worker.enrol", json!({"slots": 1})).await;
    let taken = house
        .ok(&token, "task.take", json!({"count": 1, "start": true}))
        .await["items"][0]
        .clone();
    let fence = taken["fence"].as_u64().unwrap();
    let result = json!({"task": taken["task"]["id"], "fence": fence, "output": {"text": "a hole"}, "confidence": 90});
    let ended = house.ok(&token, "task.finish", result).await;
    let ended = ended["seq"].as_u64().unwrap();
    for (place, state, worker) in [
        (queued, "queued", Value::Null),
        (enrolled["seq"].as_u64().unwrap(), "queued", Value::Null),
        (fence, "running", rex["id"].clone()),
        (ended, "done", rex["id"].clone()),
    ] {
        let then = moment(&house, owner, json!({ "place": place })).await;
        let task = &then["tasks"][0];
        assert_eq!(
            (&task["state"], &task["worker"]),
            (&json!(state), &worker),
            "at {place}: {then}"
        );
        assert_eq!(task["ended_at"].is_null(), state != "done");
        assert_eq!(task["title"], "Dig");
        assert_eq!(then["states"], json!([{"state": state, "count": 1}]));
        // By its time one comes to the last place of that moment.
        let by_time = moment(&house, owner, json!({"at": then["at"]})).await;
        assert!(by_time["seq"].as_u64().unwrap() >= place);
        assert_eq!(by_time["at"], then["at"]);
    }
    let before = moment(&house, owner, json!({"place": queued - 1})).await;
    assert_eq!(
        (&before["tasks"], &before["states"]),
        (&json!([]), &json!([]))
    );
    let steps = before["steps"].as_array().unwrap();
    let created = steps.iter().find(|step| step["kind"] == "created").unwrap();
    assert_eq!(created["next"], queued);
    let nothing = moment(&house, owner, json!({"at": "1999-12-31T00:00:00Z"})).await;
    assert_eq!(
        (&nothing["seq"], &nothing["rooms"]),
        (&json!(0), &json!([]))
    );
}

#[tokio::test]
async fn messages_read_as_then_and_what_is_gone_since_stays_gone() {
    let house = House::start().await;
    let owner = &house.owner;
    house.ok(owner, "room.create", json!({"name": "den"})).await;
    let post = |text: &str| json!({"room": "den", "text": text});
    let edited = house.ok(owner, "message.post", post("first words")).await;
    let secret = house.ok(owner, "message.post", post("a password")).await;
    let taken = house.ok(owner, "message.post", post("a slip")).await;
    let last = taken["seq"].as_u64().unwrap();
    let edit = json!({"message": edited["id"], "text": "second words"});
    house.ok(owner, "message.edit", edit).await;
    let then = json!({"place": last, "room": "den", "messages": 10});
    let texts = |moment: &Value| -> Vec<String> {
        let messages = moment["messages"].as_array().unwrap().iter();
        messages
            .map(|one| one["text"].as_str().unwrap().to_owned())
            .collect()
    };
    let read = moment(&house, owner, then.clone()).await;
    assert_eq!(texts(&read), ["first words", "a password", "a slip"]);
    assert!(read["messages"][0]["edited_at"].is_null());
    let redact = json!({"message": secret["id"], "reason": "a secret"});
    house.ok(owner, "message.redact", redact).await;
    house
        .ok(owner, "message.delete", json!({"message": taken["id"]}))
        .await;
    let read = moment(&house, owner, then).await;
    assert_eq!(texts(&read), ["first words", "", ""]);
    let now = json!({"room": "den", "messages": 10});
    let read = moment(&house, owner, now).await;
    assert_eq!(texts(&read), ["second words", "", ""]);
    // Erasing the message erases what it said first, too.
    let redact = json!({"message": edited["id"], "reason": "a secret"});
    house.ok(owner, "message.redact", redact).await;
    let then = json!({"place": last, "room": "den", "messages": 10});
    let read = moment(&house, owner, then).await;
    assert_eq!(texts(&read), ["", "", ""]);
}

#[tokio::test]
async fn a_guest_learns_nothing_of_rooms_that_it_may_not_read() {
    let house = House::start().await;
    let (ins, out) = (
        reader(&house, "insider").await,
        reader(&house, "outsider").await,
    );
    let before = counted(&house, &out).await;
    let room = json!({"name": "vault-room", "access": "private"});
    let room = house.ok(&ins, "room.create", room).await;
    let id = room["id"].as_str().unwrap();
    for n in 0..5 {
        let post = json!({"room": id, "text": format!("plumbus {n}")});
        house.ok(&ins, "message.post", post).await;
        let task = json!({"room": id, "tasks": [{"title": "Polish the plumbus", "prompt": "x"}]});
        house.ok(&ins, "task.create", task).await;
    }
    let ask = json!({"room": id, "question": "May the plumbus leave?"});
    house.ok(&ins, "approval.ask", ask).await;
    assert_eq!(
        counted(&house, &out).await,
        before,
        "counts must not tell of it"
    );
    assert!(counted(&house, &ins).await >= 11);
    let told = moment(&house, &out, json!({})).await.to_string();
    assert!(
        !told.contains(id) && !told.contains("lumbus") && !told.contains("vault-room"),
        "{told}"
    );
    let read = moment(&house, &ins, json!({"room": id, "messages": 100})).await;
    assert_eq!(read["tasks"].as_array().unwrap().len(), 5);
    assert_eq!(read["approvals"].as_array().unwrap().len(), 1);
    for (name, input) in [
        ("log.moment", json!({ "room": id })),
        ("log.moment", json!({"room": id, "messages": 5})),
        ("log.density", json!({ "room": id })),
    ] {
        assert_eq!(house.refused(&out, name, input).await, "not_found");
    }
    // Who comes later reads what comes later, and of no moment before it.
    let invite = json!({"room": id, "participant": "outsider"});
    house.ok(&ins, "member.invite", invite).await;
    let head = moment(&house, &ins, json!({})).await["seq"].clone();
    house.ok(&out, "member.accept", json!({ "room": id })).await;
    let post = json!({"room": id, "text": "welcome"});
    house.ok(&ins, "message.post", post).await;
    let then = json!({"place": head, "room": id, "messages": 100});
    let then = moment(&house, &out, then).await;
    for part in ["rooms", "tasks", "states", "approvals", "messages"] {
        assert_eq!(then[part], json!([]), "{part}: {then}");
    }
    let now = moment(&house, &out, json!({"room": id, "messages": 100})).await;
    assert_eq!(now["messages"].as_array().unwrap().len(), 1);
    assert_eq!(now["tasks"], json!([]));
    // Whoever is put out has no past there any more.
    let remove = json!({"room": id, "participant": "outsider"});
    house.ok(&ins, "member.remove", remove).await;
    let told = moment(&house, &out, json!({})).await.to_string();
    assert!(
        !told.contains(id) && !told.contains("welcome") && !told.contains("lumbus"),
        "{told}"
    );
}

#[tokio::test]
async fn what_a_credential_may_not_read_is_not_told() {
    let house = House::start().await;
    let works = house.agent("works", &["tasks:read", "agents:read"]).await;
    house
        .ok(&house.owner, "room.create", json!({"name": "den"}))
        .await;
    let member = json!({"room": "den", "participant": "works"});
    house.ok(&house.owner, "member.add", member).await;
    let post = json!({"room": "den", "text": "between us"});
    house.ok(&house.owner, "message.post", post).await;
    let then = moment(&house, &works, json!({"room": "den", "messages": 5})).await;
    assert_eq!(then["messages"], json!([]));
    let density = house.ok(&works, "log.density", json!({})).await;
    for kinds in [&density["kinds"], &then["steps"]] {
        let kinds = kinds.as_array().unwrap();
        assert!(!kinds.is_empty() && kinds.iter().all(|one| one["kind"] != "message"));
    }
}

#[tokio::test]
async fn words_of_strangers_reach_programs_in_an_envelope_in_the_past_too() {
    let house = House::start().await;
    let mole = reader(&house, "mole").await;
    let distrust = json!({"participant": "mole", "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", distrust).await;
    let rex = reader(&house, "rex").await;
    house
        .ok(&house.owner, "room.create", json!({"name": "den"}))
        .await;
    for who in ["mole", "rex"] {
        let member = json!({"room": "den", "participant": who});
        house.ok(&house.owner, "member.add", member).await;
    }
    let post = json!({"room": "den", "text": "the first word"});
    let posted = house.ok(&mole, "message.post", post).await;
    let edit = json!({"message": posted["id"], "text": "the second word"});
    house.ok(&mole, "message.edit", edit).await;
    let then = json!({"place": posted["seq"], "room": "den", "messages": 5});
    let then = moment(&house, &rex, then).await;
    let message = &then["messages"][0];
    assert_eq!(message["enveloped"], true, "{then}");
    let text = message["text"].as_str().unwrap();
    assert!(text.contains("BEGIN UNTRUSTED") && text.contains("the first word"));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let house = House::start().await;
    for (name, input, code) in [
        ("log.moment", json!({"place": 9_000_000}), "bad_cursor"),
        (
            "log.moment",
            json!({"place": 1, "at": "2026-11-21T00:00:00Z"}),
            "invalid_input",
        ),
        ("log.moment", json!({"messages": 5}), "invalid_input"),
        (
            "log.moment",
            json!({"room": "general", "messages": 101}),
            "invalid_input",
        ),
        ("log.density", json!({"buckets": 0}), "invalid_input"),
        ("log.density", json!({"buckets": 501}), "invalid_input"),
        (
            "log.density",
            json!({"since": "2026-11-22T00:00:00Z", "until": "2026-11-21T00:00:00Z"}),
            "invalid_input",
        ),
    ] {
        let refused = house.refused(&house.owner, name, input.clone()).await;
        assert_eq!(refused, code, "{name} {input}");
    }
    let most = json!({"room": "general", "messages": 100});
    house.ok(&house.owner, "log.moment", most).await;
    house
        .ok(&house.owner, "log.density", json!({"buckets": 500}))
        .await;
}

//! What a room knows of things: who reads it, how strangers' claims are told, and that it goes with its sources.

use crate::house::{House, holding};
use serde_json::{Value, json};

const WORKER: &[&str] = &[
    "tasks:read",
    "tasks:write",
    "tasks:stream",
    "agents:read",
    "messages:read",
    "messages:write",
    "memory:read",
    "memory:write",
];

/// A private room with an agent in it, and an agent that is not; tokens of both.
async fn workshop(house: &House) -> (String, String) {
    let room = json!({"name": "workshop", "access": "private"});
    house.ok(&house.owner, "room.create", room).await;
    let rex = house.agent("rex", WORKER).await;
    let spy = house.agent("spy", WORKER).await;
    let member = json!({"room": "workshop", "participant": "rex"});
    house.ok(&house.owner, "member.add", member).await;
    let may = json!({"room": "workshop", "participant": "rex",
        "capabilities": ["speak", "listen", "execute", "data-read", "data-write"]});
    house.ok(&house.owner, "member.capabilities", may).await;
    (rex, spy)
}

async fn note(house: &House, token: &str, more: Value) -> Value {
    let mut input = json!({"room": "workshop"});
    let fields = input.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    house.ok(token, "entity.note", input).await
}

async fn known(house: &House, token: &str) -> Vec<Value> {
    let list = json!({"room": "workshop"});
    let list = house.ok(token, "entity.list", list).await;
    list["items"].as_array().unwrap().clone()
}

async fn names(house: &House, token: &str) -> Vec<String> {
    let all = known(house, token).await;
    let name = |item: &Value| item["name"].as_str().unwrap().to_owned();
    all.iter().map(name).collect()
}

#[tokio::test]
async fn what_is_noted_is_found_by_words_around_a_thing_and_on_the_way_to_another() {
    let house = House::start().await;
    let (rex, _) = workshop(&house).await;
    let noted = note(
        &house,
        &rex,
        json!({
            "entities": [
                {"name": "Billing", "kind": "service", "aliases": ["invoicing"], "description": "Writes the bills."},
                {"name": "ledger", "kind": "service"},
            ],
            "relations": [
                {"from": "billing", "kind": "uses", "to": "ledger"},
                {"from": "ledger", "kind": "stored_in", "to": "postgres"},
                {"from": "billing", "kind": "owned_by", "to": "ana"},
                {"from": "billing", "kind": "owned_by", "to": "bob"},
            ],
        }),
    )
    .await;
    assert_eq!(
        (&noted["noted"], &noted["replaced"]),
        (&json!(6), &json!(0))
    );
    assert_eq!(
        names(&house, &rex).await,
        ["ana", "Billing", "bob", "ledger", "postgres"]
    );
    let search = json!({"room": "workshop", "q": "who does the invoicing?"});
    let found = house.ok(&rex, "entity.list", search).await;
    assert_eq!(found["items"][0]["name"], "Billing");
    let one = json!({"room": "workshop", "entity": "INVOICING"});
    let detail = house.ok(&rex, "entity.get", one.clone()).await;
    assert_eq!(detail["contradictions"][0]["kind"], "owned_by");
    assert_eq!(
        detail["contradictions"][0]["targets"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(detail["relations"].as_array().unwrap().len(), 3);
    let near = house.ok(&rex, "entity.near", one).await;
    assert_eq!(near["entities"].as_array().unwrap().len(), 4);
    let path = json!({"room": "workshop", "entity": "ana", "to": "postgres"});
    let path = house.ok(&rex, "entity.path", path).await;
    let steps: Vec<&Value> = (path["entities"].as_array().unwrap().iter())
        .map(|it| &it["name"])
        .collect();
    assert_eq!(steps, ["ana", "Billing", "ledger", "postgres"]);
    // The same once more takes the place of what was noted.
    let again = json!({"relations": [{"from": "Billing", "kind": "uses", "to": "Ledger", "confidence": 40}]});
    let again = note(&house, &rex, again).await;
    assert_eq!(
        (&again["noted"], &again["replaced"]),
        (&json!(1), &json!(1))
    );
}

#[tokio::test]
async fn two_names_are_one_until_that_is_taken_back() {
    let house = House::start().await;
    let (rex, _) = workshop(&house).await;
    let both = json!({"entities": [{"name": "billing"}, {"name": "charging"}]});
    note(&house, &rex, both).await;
    let merge = json!({"room": "workshop", "entity": "billing", "with": "charging"});
    let mut undo = merge.clone();
    undo["undo"] = json!(true);
    assert_eq!(
        house.refused(&rex, "entity.merge", undo.clone()).await,
        "conflict"
    );
    house.ok(&rex, "entity.merge", merge.clone()).await;
    house.ok(&rex, "entity.merge", merge).await;
    assert_eq!(known(&house, &rex).await.len(), 1);
    let house = house.restart().await;
    assert_eq!(known(&house, &rex).await.len(), 1);
    house.ok(&rex, "entity.merge", undo).await;
    assert_eq!(known(&house, &rex).await.len(), 2);
}

#[tokio::test]
async fn whoever_is_not_in_the_room_learns_nothing_of_it() {
    let house = House::start().await;
    let (rex, spy) = workshop(&house).await;
    let said = json!({"room": "workshop", "text": "The plumbus is ours."});
    let said = house.ok(&rex, "message.post", said).await["id"].clone();
    note(
        &house,
        &rex,
        json!({"entities": [{"name": "plumbus"}], "relations": [{"from": "plumbus", "kind": "uses", "to": "ledger"}]}),
    )
    .await;
    for (name, input) in [
        ("entity.list", json!({})),
        ("entity.list", json!({"q": "plumbus"})),
        ("entity.get", json!({"entity": "plumbus"})),
        ("entity.get", json!({"entity": "nothing"})),
        ("entity.near", json!({"entity": "plumbus"})),
        ("entity.path", json!({"entity": "plumbus", "to": "ledger"})),
        (
            "entity.merge",
            json!({"entity": "plumbus", "with": "ledger"}),
        ),
        ("entity.forget", json!({"entity": "plumbus"})),
        ("entity.note", json!({"entities": [{"name": "plumbus"}]})),
    ] {
        let mut input = input;
        input["room"] = json!("workshop");
        assert_eq!(
            house.refused(&spy, name, input).await,
            "not_found",
            "{name}"
        );
    }
    // Nor by a room of its own: neither what is said elsewhere nor the place of a claim helps.
    let own = json!({"name": "den", "access": "private"});
    house.ok(&house.owner, "room.create", own).await;
    let member = json!({"room": "den", "participant": "spy"});
    house.ok(&house.owner, "member.add", member).await;
    let den = json!({"room": "den", "entities": [{"name": "ledger"}]});
    house.ok(&spy, "entity.note", den).await;
    let all = house.ok(&spy, "entity.list", json!({"room": "den"})).await;
    assert_eq!(
        (&all["total"], &all["items"][0]["relations"]),
        (&json!(1), &json!(0))
    );
    let quoted = json!({"room": "den", "entities": [{"name": "x"}], "source": {"message": said}});
    assert_eq!(
        house.refused(&spy, "entity.note", quoted).await,
        "not_found"
    );
    for place in 0..60 {
        let guess = json!({"room": "den", "entity": format!("#{place}")});
        if let Ok(found) = house.reply(&spy, "entity.get", guess, None).await {
            assert!(!String::from_utf8_lossy(&found.body).contains("plumbus"));
        }
    }
    let events = json!({"after": 0, "types": ["entity.noted"]});
    let events = house.ok(&spy, "event.list", events).await;
    assert!(!events.to_string().contains("plumbus"), "{events}");
    // A member without the right to the room's data reads none of it.
    let member = json!({"room": "workshop", "participant": "spy"});
    house.ok(&house.owner, "member.add", member).await;
    let deaf =
        json!({"room": "workshop", "participant": "spy", "capabilities": ["speak", "listen"]});
    house.ok(&house.owner, "member.capabilities", deaf).await;
    let list = json!({"room": "workshop"});
    assert_eq!(
        house.refused(&spy, "entity.list", list).await,
        "capability_denied"
    );
}

#[tokio::test]
async fn a_claim_goes_with_its_source_and_leaves_no_word() {
    let house = House::start().await;
    let (rex, _) = workshop(&house).await;
    let said = json!({"room": "workshop", "text": "It is all in the vault."});
    let said = house.ok(&rex, "message.post", said).await["id"].clone();
    let claim = json!({
        "source": {"message": said},
        "entities": [{"name": "qwertzuvault", "description": "holds yxcvbnm"}],
    });
    note(&house, &rex, claim).await;
    note(&house, &rex, json!({"entities": [{"name": "ledger"}]})).await;
    assert!(!holding(house.home.path(), b"qwertzuvault").is_empty());
    let redact = json!({"message": said});
    house.ok(&rex, "message.redact", redact).await;
    assert_eq!(names(&house, &rex).await, ["ledger"]);
    let forget = json!({"room": "workshop", "entity": "ledger"});
    house.ok(&rex, "entity.forget", forget).await;
    let home = house.stop().await;
    for word in ["qwertzuvault", "yxcvbnm"] {
        assert!(holding(home.path(), word.as_bytes()).is_empty(), "{word}");
    }
    let house = House::reopen(home).await;
    assert!(known(&house, &rex).await.is_empty());
    let again =
        json!({"room": "workshop", "entities": [{"name": "x"}], "source": {"message": said}});
    assert_ne!(house.refused(&rex, "entity.note", again).await, "internal");
}

#[tokio::test]
async fn what_a_stranger_claims_is_data_for_programs_and_counts_little() {
    let house = House::start().await;
    let (rex, guest) = workshop(&house).await;
    let member = json!({"room": "workshop", "participant": "spy"});
    house.ok(&house.owner, "member.add", member).await;
    let may = json!({"room": "workshop", "participant": "spy",
        "capabilities": ["speak", "listen", "data-read", "data-write"]});
    house.ok(&house.owner, "member.capabilities", may).await;
    let distrust = json!({"participant": "spy", "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", distrust).await;
    note(
        &house,
        &rex,
        json!({"entities": [{"name": "billing", "kind": "service"}]}),
    )
    .await;
    let strange = json!({
        "entities": [
            {"name": "billing", "kind": "service", "aliases": ["zebra"], "confidence": 100},
            {"name": "the zebra crossing", "kind": "place", "confidence": 100},
        ],
        "relations": [{"from": "billing", "kind": "owned_by", "to": "zebra herd", "confidence": 100}],
    });
    note(&house, &guest, strange).await;
    let merge = json!({"room": "workshop", "entity": "billing", "with": "zebra herd"});
    assert_eq!(
        house.refused(&guest, "entity.merge", merge).await,
        "capability_denied"
    );
    for item in known(&house, &rex).await {
        let words = item["words"].as_str();
        match item["name"].as_str().unwrap() {
            "billing" => {
                assert_eq!(item["confidence"], 80);
                assert!(item["aliases"].as_array().is_none());
                assert!(words.unwrap().starts_with("----- BEGIN UNTRUSTED"));
            }
            "" => {
                assert_eq!(
                    (&item["confidence"], &item["kind"]),
                    (&json!(30), &json!(""))
                );
                assert!(words.unwrap().starts_with("----- BEGIN UNTRUSTED"));
            }
            other => panic!("{other}"),
        }
    }
    // A person sees all of it with its marks.
    let all = known(&house, &house.owner).await;
    assert!(all.iter().any(|item| item["name"] == "the zebra crossing"));
    let one = json!({"room": "workshop", "entity": "billing"});
    let detail = house.ok(&house.owner, "entity.get", one).await;
    assert_eq!(detail["entity"]["aliases"], json!(["zebra"]));
    assert_eq!(detail["relations"][0]["claims"][0]["trust"], "untrusted");
    assert_eq!(detail["relations"][0]["confidence"], 30);
}

#[tokio::test]
async fn a_result_is_noted_in_one_call_and_offered_before_the_next_task() {
    let house = House::start().await;
    let (rex, _) = workshop(&house).await;
    house.ok(&rex, "worker.enrol", json!({"slots": 2})).await;
    let create = |title: &str, prompt: &str| json!({"room": "workshop", "tasks": [{"title": title, "prompt": prompt, "assigned": "rex", "verify_below": 0}]});
    let wanted = create("Extract", "Say what there is.");
    let task = house.ok(&house.owner, "task.create", wanted).await["tasks"][0]["id"].clone();
    let from = json!({"room": "workshop", "source": {"task": task}, "from_result": true});
    assert_eq!(
        house
            .refused(&house.owner, "entity.note", from.clone())
            .await,
        "invalid_input"
    );
    let taken = house.ok(&rex, "task.take", json!({"count": 1})).await["items"][0].clone();
    assert!(taken["entities"].is_null(), "{taken}");
    let claims = json!({
        "entities": [{"name": "billing", "kind": "service", "description": "Writes the bills."}],
        "relations": [{"from": "billing", "kind": "uses", "to": "ledger"}],
    });
    let done = json!({"task": task, "fence": taken["fence"], "confidence": 95,
        "output": {"text": "", "data": claims}});
    house.ok(&rex, "task.finish", done).await;
    let noted = house.ok(&house.owner, "entity.note", from).await;
    assert_eq!(noted["noted"], 2);
    let one = json!({"room": "workshop", "entity": "billing"});
    let detail = house.ok(&rex, "entity.get", one).await;
    assert_eq!(detail["claims"][0]["source"]["task"], task);

    let wanted = create("Fix billing", "The bills are wrong.");
    house.ok(&house.owner, "task.create", wanted).await;
    let taken = house.ok(&rex, "task.take", json!({"count": 1})).await["items"][0].clone();
    let offered = &taken["entities"][0];
    assert_eq!(offered["entity"]["name"], "billing");
    assert_eq!(offered["relations"][0]["to"]["name"], "ledger");

    let erase = json!({"task": task});
    house.ok(&house.owner, "task.redact", erase).await;
    assert!(known(&house, &rex).await.is_empty());
}

//! Skills: what is held is shown to few, what is accepted is exactly what was looked at, and what is withdrawn is gone.

use serde_json::{Value, json};

use crate::house::{House, holding};

const MAY: &[&str] = &[
    "agents:read",
    "messages:read",
    "messages:write",
    "memory:read",
    "memory:write",
];

/// An agent in `#general` that may publish there.
async fn worker(house: &House, handle: &str) -> String {
    let token = house.agent(handle, MAY).await;
    let member = json!({"room": "general", "participant": handle});
    house.ok(&house.owner, "member.add", member).await;
    token
}

async fn stranger(house: &House, handle: &str) -> String {
    let token = worker(house, handle).await;
    let trust = json!({"participant": handle, "trust": "untrusted"});
    house.ok(&house.owner, "participant.trust", trust).await;
    token
}

fn skill(name: &str, text: &str) -> Value {
    let main = format!("---\nname: {name}\ndescription: Counts zebras\n---\n\n{text}\n");
    json!({"room": "general", "files": [
        {"path": "SKILL.md", "text": main},
        {"path": "scripts/count.sh", "text": "#!/bin/sh\nwc -l\n", "run": true},
    ]})
}

fn named(name: &str) -> Value {
    json!({"room": "general", "name": name})
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["skill"]["name"].as_str().or(item["name"].as_str()))
        .map(Option::unwrap)
        .collect()
}

#[tokio::test]
async fn a_skill_is_read_with_its_files_and_found_by_its_words() {
    let house = House::start().await;
    let (rex, tom) = (worker(&house, "rex").await, worker(&house, "tom").await);
    let stored = house
        .ok(&rex, "skill.publish", skill("count", "Count the stripes."))
        .await;
    assert_eq!(
        (&stored["version"], &stored["held"]),
        (&json!(1), &json!(false))
    );
    house
        .ok(&rex, "skill.publish", skill("herd", "Count the herd."))
        .await;
    let found = house.ok(&tom, "skill.get", named("count")).await;
    assert!(
        found["text"]
            .as_str()
            .unwrap()
            .ends_with("Count the stripes.\n")
    );
    assert_eq!(
        found["data"]["files"][1],
        json!({"path": "scripts/count.sh", "bytes": 16, "run": true, "media": "text/plain"})
    );
    let file = json!({"room": "general", "name": "count", "path": "scripts/count.sh"});
    let file = house.ok(&tom, "skill.get", file).await;
    assert_eq!(file["text"], "#!/bin/sh\nwc -l\n");
    let search = |query: &str| json!({"query": query});
    let all = house.ok(&tom, "skill.search", search("")).await;
    assert_eq!(names(&all), ["herd", "count"]);
    // A name comes before a description, and that before a text.
    let ranked = house.ok(&tom, "skill.search", search("count")).await;
    assert_eq!(names(&ranked), ["count", "herd"]);
    let stripes = house
        .ok(&tom, "skill.search", search("stripes zebras"))
        .await;
    assert_eq!(names(&stripes), ["count"]);
    assert!(
        stripes["items"][0]["snippet"]
            .as_str()
            .unwrap()
            .contains("⟦stripes⟧")
    );
    assert_eq!(
        names(&house.ok(&tom, "skill.search", search("lions")).await),
        [""; 0]
    );
    let next = house
        .ok(&rex, "skill.publish", skill("count", "Count the tails."))
        .await;
    assert_eq!(next["version"], 2);
    assert_eq!(
        names(&house.ok(&tom, "skill.search", search("stripes")).await),
        [""; 0]
    );
    let old = json!({"room": "general", "name": "count", "version": 1});
    let old = house.ok(&tom, "skill.get", old).await;
    assert!(old["text"].as_str().unwrap().contains("stripes"));
    assert_eq!(old["versions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_strangers_skill_is_seen_by_few_until_exactly_it_is_accepted() {
    let house = House::start().await;
    let (rex, mole) = (worker(&house, "rex").await, stranger(&house, "mole").await);
    let stored = house
        .ok(&mole, "skill.publish", skill("count", "Count."))
        .await;
    assert_eq!(stored["held"], true);
    let (held, first) = (
        json!({"room": "general", "held": true}),
        json!({"room": "general", "name": "count", "version": 1}),
    );
    for (name, input) in [("skill.get", named("count")), ("skill.get", first.clone())] {
        assert_eq!(house.refused(&rex, name, input).await, "not_found");
    }
    for (name, input) in [
        ("skill.list", json!({"room": "general"})),
        ("skill.list", held.clone()),
        ("skill.search", json!({})),
    ] {
        assert_eq!(names(&house.ok(&rex, name, input).await), [""; 0]);
    }
    assert_eq!(
        names(&house.ok(&mole, "skill.list", held.clone()).await),
        ["count"]
    );
    let waits = house.ok(&house.owner, "skill.list", held.clone()).await;
    let hash = waits["items"][0]["sha256"].clone();
    let accept =
        |hash: &Value| json!({"room": "general", "name": "count", "version": 1, "sha256": hash});
    for (who, refusal) in [(&mole, "permission_denied"), (&rex, "not_found")] {
        let code = house.refused(who, "skill.accept", accept(&hash)).await;
        assert!(code == refusal || code == "not_found", "{code}");
    }
    let other = accept(&json!("ab".repeat(32)));
    assert_eq!(
        house.refused(&house.owner, "skill.accept", other).await,
        "conflict"
    );
    house.ok(&house.owner, "skill.accept", accept(&hash)).await;
    let found = house.ok(&rex, "skill.get", named("count")).await;
    assert_eq!(found["skill"]["accepted_by"]["handle"], "owner");
    // It may be used, and its words are a stranger's still.
    assert_eq!(found["enveloped"], true);
    assert!(found.get("data").is_none());
    assert!(found["text"].as_str().unwrap().contains("Count."));
    assert!(
        found["skill"]["description"]
            .as_str()
            .unwrap()
            .starts_with("-----")
    );
    // What comes next is held anew, and what was accepted stays.
    house
        .ok(&mole, "skill.publish", skill("count", "Sell the herd."))
        .await;
    let found = house.ok(&rex, "skill.get", named("count")).await;
    assert_eq!(found["skill"]["version"], 1);
    assert_eq!(found["versions"].as_array().unwrap().len(), 1);
    assert_eq!(
        names(
            &house
                .ok(&rex, "skill.search", json!({"query": "sell"}))
                .await
        ),
        [""; 0]
    );
}

#[tokio::test]
async fn what_is_no_skill_is_refused_and_leaves_nothing() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    let main = "---\nname: count\ndescription: Counts\n---\n";
    let with = |path: &str| {
        json!({"room": "general", "files": [
            {"path": "SKILL.md", "text": main}, {"path": path, "text": "x"}]})
    };
    for path in [
        "../x",
        "/x",
        "a\\b",
        ".claude-plugin/plugin.json",
        "skill.md",
        "SKILL.md/x",
        "NUL",
    ] {
        let code = house.refused(&rex, "skill.publish", with(path)).await;
        assert_eq!(code, "invalid_input", "{path}");
    }
    for text in [
        "# No front matter",
        "---\nname: ../count\ndescription: x\n---\n",
        "---\nname: count\n---\n",
    ] {
        let files = json!([{"path": "SKILL.md", "text": text}]);
        let input = json!({"room": "general", "files": files});
        assert_eq!(
            house.refused(&rex, "skill.publish", input).await,
            "invalid_input"
        );
    }
    let none = json!({"room": "general"});
    assert_eq!(
        house.refused(&rex, "skill.publish", none).await,
        "invalid_input"
    );
    let mut hashed = with("a.txt");
    hashed["sha256"] = json!("ab".repeat(32));
    assert_eq!(
        house.refused(&rex, "skill.publish", hashed).await,
        "invalid_input"
    );
    let files = house.home.path().join("files");
    assert_eq!(std::fs::read_dir(files).unwrap().count(), 0);
}

#[tokio::test]
async fn who_is_not_in_a_room_learns_nothing_of_its_skills() {
    let house = House::start().await;
    let tom = worker(&house, "tom").await;
    let room = json!({"name": "secret", "access": "private"});
    house.ok(&house.owner, "room.create", room).await;
    let mut input = skill("count", "Count the stripes.");
    input["room"] = json!("secret");
    house.ok(&house.owner, "skill.publish", input).await;
    let there = json!({"room": "secret", "name": "count"});
    for name in ["skill.get", "skill.withdraw"] {
        assert_eq!(house.refused(&tom, name, there.clone()).await, "not_found");
    }
    let list = json!({"room": "secret"});
    assert_eq!(house.refused(&tom, "skill.list", list).await, "not_found");
    assert_eq!(
        names(&house.ok(&tom, "skill.search", json!({})).await),
        [""; 0]
    );
}

#[tokio::test]
async fn what_is_withdrawn_is_gone_from_log_view_and_disk() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    let text = "Count the quaggas of Karoo.";
    house.ok(&rex, "skill.publish", skill("count", text)).await;
    house
        .ok(&rex, "skill.publish", skill("count", "Count the tails."))
        .await;
    let first = json!({"room": "general", "name": "count", "version": 1});
    house.ok(&rex, "skill.withdraw", first.clone()).await;
    assert_eq!(house.refused(&rex, "skill.get", first).await, "not_found");
    let left = house.ok(&rex, "skill.get", named("count")).await;
    assert_eq!(left["skill"]["version"], 2);
    let folder = house.stop().await;
    assert_eq!(holding(folder.path(), b"quaggas"), Vec::<String>::new());
    assert!(!holding(folder.path(), b"Count the tails").is_empty());
    // A view that is made anew from the log knows the same.
    std::fs::remove_dir_all(folder.path().join("view")).unwrap();
    let house = House::reopen(folder).await;
    let left = house.ok(&house.owner, "skill.get", named("count")).await;
    assert_eq!(left["versions"].as_array().unwrap().len(), 1);
    let verified = house.ok(&house.owner, "log.verify", json!({})).await;
    assert_eq!(
        (&verified["sound"], &verified["files"]),
        (&json!(true), &json!(1))
    );
}

//! Two meshes, each a node of its own, that share a room: what is said on both sides is in both once and in one order, also when
//! one of them is killed in between.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::interchange;
use super::node::Node;

/// Asks until the answer is as it should be.
fn until(node: &Node, args: &[&str], is: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = node.json(args);
        if is(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "{args:?}: {answer:#}");
    }
}

fn key(node: &Node) -> String {
    node.json(&["link", "key"])["key"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn texts(list: &Value) -> Vec<(u64, String)> {
    let mut texts: Vec<(u64, String)> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| {
            let seq = message["seq"].as_u64().unwrap();
            (seq, message["text"].as_str().unwrap().to_owned())
        })
        .collect();
    texts.sort();
    texts
}

fn said(node: &Node, room: &str) -> Vec<String> {
    let list = node.json(&[
        "call",
        "message.list",
        &json!({"room": room, "limit": 200}).to_string(),
    ]);
    texts(&list).into_iter().map(|(_, text)| text).collect()
}

fn until_said(node: &Node, room: &str, count: usize) -> Vec<String> {
    let input = json!({"room": room, "limit": 200}).to_string();
    until(node, &["call", "message.list", &input], |list| {
        list["items"].as_array().unwrap().len() >= count
    });
    said(node, room)
}

#[test]
fn two_nodes_share_a_room_and_one_is_killed_in_between() {
    let (north, south) = (Node::start(), Node::start());
    north.json(&["room", "create", "workshop"]);
    let (north_key, south_key) = (key(&north), key(&south));
    // Only the south knows an address: the north is called.
    let linked = north.json(&["link", "add", "south", "--key", &south_key]);
    let there = south.json(&[
        "link",
        "add",
        "north",
        "--key",
        &north_key,
        "--address",
        &north.url,
    ]);
    assert_eq!(linked["compare"], there["compare"]);
    north.json(&["link", "share", "south", "workshop"]);
    until(&south, &["link", "show", "north"], |link| {
        link["offered"]
            .as_array()
            .is_some_and(|rooms| !rooms.is_empty())
    });
    let followed = south.mesh(&["link", "follow", "north", "workshop", "--name", "yard"]);
    assert_eq!(followed.code, 0, "{}", followed.err);
    until(&north, &["link", "show", "south"], |link| {
        link["shared"][0]["followed"] == json!(true) && link["state"] == json!("open")
    });
    let shown = south.mesh(&["link", "list"]);
    assert!(
        shown.out.contains("north") && shown.out.contains("open"),
        "{}",
        shown.out
    );

    north.json(&["say", "workshop", "hello south"]);
    let waits = south.mesh(&["say", "yard", "hello north"]);
    assert!(
        waits.out.contains("waits for the home"),
        "{} {}",
        waits.out,
        waits.err
    );
    let mut told = until_said(&south, "yard", 2);
    told.sort();
    assert_eq!(told, ["hello north", "hello south"]);

    // The home dies without a word; what is said meanwhile elsewhere waits for it.
    let url = north.url.trim_start_matches("http://").to_owned();
    let folder = north.kill();
    for n in 0..5 {
        south.json(&["say", "yard", &format!("s{n}")]);
    }
    assert_eq!(said(&south, "yard").len(), 2);
    let north = Node::start_at(folder, &url);
    for n in 0..5 {
        north.json(&["say", "workshop", &format!("n{n}")]);
    }
    let mirror = until_said(&south, "yard", 12);
    assert_eq!(said(&north, "workshop"), mirror);
    let own: Vec<&String> = mirror.iter().filter(|text| text.starts_with('s')).collect();
    assert_eq!(own, ["s0", "s1", "s2", "s3", "s4"]);

    // So does the other one.
    let folder = south.kill();
    north.json(&["say", "workshop", "the end"]);
    let south = Node::start_in(folder, &[]);
    let mirror = until_said(&south, "yard", 13);
    assert_eq!(said(&north, "workshop"), mirror);
    assert_eq!(mirror.last().unwrap(), "the end");
    for node in [&north, &south] {
        assert_eq!(node.mesh(&["log", "verify"]).code, 0);
    }
}

/// Neither knows the other's address; both know where they meet.
#[test]
fn two_nodes_that_cannot_be_called_meet_at_an_interchange() {
    let folder = tempfile::tempdir().unwrap();
    let (mut passes, up) = interchange::start_at(folder.path(), "127.0.0.1:0", &[]);
    let url = up["url"].as_str().unwrap();
    let address = format!("interchange+{url}");
    let (north, south) = (Node::start(), Node::start());
    north.json(&["room", "create", "workshop"]);
    let links = [
        (&north, "south", key(&south)),
        (&south, "north", key(&north)),
    ];
    for (node, name, key) in &links {
        node.json(&["link", "add", name, "--key", key, "--address", &address]);
    }
    north.json(&["link", "share", "south", "workshop"]);
    until(&south, &["link", "show", "north"], |link| {
        link["offered"][0]["name"] == json!("workshop")
    });
    south.json(&["link", "follow", "north", "workshop", "--name", "yard"]);
    until(&north, &["link", "show", "south"], |link| {
        link["shared"][0]["followed"] == json!(true) && link["state"] == json!("open")
    });
    north.json(&["say", "workshop", "hello south"]);
    south.json(&["say", "yard", "hello north"]);
    assert_eq!(until_said(&south, "yard", 2), said(&north, "workshop"));

    // The interchange dies, and with it what was on its way; nothing of what was said does.
    passes.kill().unwrap();
    passes.wait().unwrap();
    north.json(&["say", "workshop", "while nothing passed"]);
    south.json(&["say", "yard", "here neither"]);
    let (mut passes, _) =
        interchange::start_at(folder.path(), url.trim_start_matches("http://"), &[]);
    assert_eq!(
        until_said(&south, "yard", 4),
        until_said(&north, "workshop", 4)
    );
    passes.kill().unwrap();
    passes.wait().unwrap();
}

fn called(node: &Node, operation: &str, input: &Value) -> Value {
    node.json(&["call", operation, &input.to_string()])
}

/// The south has nobody who can do it; the north's owner does, and its node dies in between.
#[test]
fn a_task_goes_to_the_mesh_that_lends_workers_and_its_result_comes_back_over_a_crash() {
    let (north, south) = (Node::start(), Node::start());
    north.json(&["room", "create", "errands"]);
    south.json(&["room", "create", "workshop"]);
    let (north_key, south_key) = (key(&north), key(&south));
    north.json(&["link", "add", "south", "--key", &south_key]);
    let to = ["link", "add", "north", "--key", &north_key];
    south.json(&[&to[..], &["--address", &north.url]].concat());
    north.json(&["link", "promote", "south"]);
    south.json(&["link", "promote", "north"]);
    let lend = ["link", "lend", "south", "errands", "--can", "rust,docs"];
    let refused = north.mesh(&lend);
    assert!(refused.err.contains("execution.peers"), "{}", refused.err);
    let peers = json!({"room": "errands", "policy": {"execution": {"peers": ["south"]}}});
    called(&north, "room.policy_set", &peers);
    let leave = json!({"outside": true, "carriers": {"participants": ["north"]}});
    let leaves = json!({"room": "workshop", "policy": {"data": {"leave": leave}}});
    let borrow = ["link", "borrow", "north", "workshop", "--can", "rust"];
    let refused = south.mesh(&borrow);
    assert!(refused.err.contains("data.leave"), "{}", refused.err);
    called(&south, "room.policy_set", &leaves);
    assert_eq!(south.mesh(&borrow).code, 0);
    assert_eq!(north.mesh(&lend).code, 0);
    called(&north, "worker.enrol", &json!({"capabilities": ["rust"]}));
    until(&south, &["link", "show", "north"], |link| {
        link["borrows"]["free"] == json!([{"capability": "rust", "slots": 1}])
    });
    let shown = south.mesh(&["link", "show", "north"]);
    assert!(shown.out.contains("free      1 rust"), "{}", shown.out);

    let spec = json!({"title": "Port a.c", "prompt": "Port it to Rust.", "capability": "rust"});
    let made = called(
        &south,
        "task.create",
        &json!({"room": "workshop", "tasks": [spec]}),
    );
    let task = made["tasks"][0]["id"].as_str().unwrap().to_owned();
    let taken = called(&north, "task.take", &json!({"wait_ms": 30_000}));
    let taken = &taken["items"][0];
    let why = south.mesh(&["task", "why", &task]);
    assert!(
        why.out.contains("a peer mesh that lends workers has it"),
        "{}",
        why.out
    );

    let url = north.url.trim_start_matches("http://").to_owned();
    let north = Node::start_at(north.kill(), &url);
    let done = json!({"task": taken["task"]["id"], "fence": taken["fence"], "output": {"text": "Ported."}});
    called(&north, "task.finish", &done);
    let found = until(&south, &["task", "show", &task], |task| {
        task["state"] == "done"
    });
    assert_eq!(found["result"]["output"]["text"], "Ported.");
    assert_eq!(found["result"]["relayed"]["sender"], "owner");
    assert_eq!(found["attempts"].as_array().unwrap().len(), 1);
    let shown = south.mesh(&["task", "show", &task]);
    assert!(
        shown.out.contains("result of @owner@north"),
        "{}",
        shown.out
    );
    let there = called(&north, "task.list", &json!({"room": "errands"}));
    assert_eq!(there["items"].as_array().unwrap().len(), 1);
    for node in [&north, &south] {
        assert_eq!(node.mesh(&["log", "verify"]).code, 0);
    }
}

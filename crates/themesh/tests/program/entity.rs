//! What a room knows, on the command line: noted, related, found, extracted by a task, forgotten with its source.

use mesh_model::ops::{TaskFinish, TaskTake};
use mesh_sdk::http::Http;
use serde_json::{Value, json};

use super::node::Node;

fn node() -> Node {
    let node = Node::start();
    node.json(&["call", "room.create", r#"{"name":"workshop"}"#]);
    node
}

#[test]
fn a_room_learns_of_things_and_forgets_them_with_their_source() {
    let node = node();
    let said = node.json(&[
        "call",
        "message.post",
        r#"{"room":"workshop","text":"Bob owns billing."}"#,
    ]);
    let message = said["id"].as_str().unwrap();
    let ok = |args: &[&str]| {
        let said = node.mesh(&[&["entity"], args].concat());
        assert_eq!(said.code, 0, "{args:?}: {}", said.err);
        said.out
    };
    let noted = ok(&[
        "note",
        "workshop",
        "billing",
        "--kind",
        "service",
        "--alias",
        "invoicing",
        "--about",
        "Writes bills",
    ]);
    assert_eq!(noted, "1 claim is noted\n");
    ok(&["relate", "workshop", "billing", "uses", "ledger"]);
    ok(&["relate", "workshop", "billing", "owned_by", "ana"]);
    ok(&[
        "relate",
        "workshop",
        "billing",
        "owned_by",
        "bob",
        "--message",
        message,
    ]);
    let found = ok(&["list", "workshop", "the", "invoicing"]);
    assert!(
        found.contains("billing  service") && found.contains("Writes bills"),
        "{found}"
    );
    let shown = ok(&["get", "workshop", "invoicing"]);
    assert!(
        shown.contains("contradiction: owned_by has 2 targets"),
        "{shown}"
    );
    assert!(shown.contains(&format!("by message {message}")), "{shown}");
    let way = ok(&["path", "workshop", "ledger", "ana"]);
    assert_eq!(way.lines().count(), 5, "{way}");
    assert!(ok(&["near", "workshop", "billing"]).contains("billing owned_by ana"));
    let redact = json!({"message": message}).to_string();
    node.json(&["call", "message.redact", &redact]);
    let shown = ok(&["get", "workshop", "billing"]);
    assert!(
        !shown.contains("contradiction") && !shown.contains("bob"),
        "{shown}"
    );
    ok(&["merge", "workshop", "billing", "ana"]);
    ok(&["merge", "workshop", "billing", "ana", "--undo"]);
    ok(&["forget", "workshop", "billing"]);
    assert_eq!(
        ok(&["list", "workshop"]),
        "The room knows of nothing that fits.\n"
    );
    assert_ne!(node.mesh(&["entity", "get", "workshop", "billing"]).code, 0);
}

#[test]
fn a_task_extracts_and_one_command_notes_what_it_found() {
    let node = node();
    node.json(&["register", "rex"]);
    let member = json!({"room": "workshop", "participant": "rex"});
    node.json(&["call", "member.add", &member.to_string()]);
    let may = json!({"room": "workshop", "participant": "rex", "capabilities": ["speak", "listen", "execute"]});
    node.json(&["call", "member.capabilities", &may.to_string()]);
    node.json(&[
        "call",
        "message.post",
        r#"{"room":"workshop","text":"Billing uses the ledger."}"#,
    ]);
    let made = node.json(&["entity", "extract", "workshop", "--to", "rex"]);
    let task = made["tasks"][0]["id"].as_str().unwrap();
    let early = node.mesh(&["entity", "note", "--from-task", task]);
    assert!(
        early.code != 0 && early.err.contains("template 'extract'"),
        "{early:?}"
    );

    let identity = std::fs::read_to_string(node.home().join("clients/rex.json")).unwrap();
    let identity: Value = serde_json::from_str(&identity).unwrap();
    let rex = Http::new(&node.url, identity["token"].as_str().map(str::to_owned));
    node.json(&["--as", "rex", "call", "worker.enrol", r#"{"slots":1}"#]);
    let take = serde_json::from_value(json!({"count": 1})).unwrap();
    let taken = rex.call::<TaskTake>(take).unwrap().items.remove(0);
    assert_eq!(taken.quotes.len(), 1);
    let result = json!({
        "task": task, "fence": taken.fence, "confidence": 95,
        "output": {"text": "", "data": {
            "entities": [{"name": "billing", "kind": "service"}],
            "relations": [{"from": "billing", "kind": "uses", "to": "ledger", "since": "2026-01-01T00:00:00Z"}],
        }},
    });
    rex.call::<TaskFinish>(serde_json::from_value(result).unwrap())
        .unwrap();
    let noted = node.mesh(&["entity", "note", "--from-task", "last"]);
    assert_eq!(noted.out, "2 claims are noted\n", "{noted:?}");
    let noted = node.mesh(&["entity", "note", "--from-task", "last"]);
    assert_eq!(
        noted.out,
        "2 claims are noted, in place of 2 that you had noted before\n"
    );
    let shown = node.mesh(&["entity", "get", "workshop", "billing"]).out;
    assert!(
        shown.contains("billing uses ledger") && shown.contains("by task "),
        "{shown}"
    );
}

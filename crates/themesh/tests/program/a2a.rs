//! A worker whose tasks an agent of another mesh does, asked by A2A as any agent elsewhere is.

use std::process::Command;

use mesh_model::ops::{RoomCreate, TaskCreate, TaskGet};
use serde_json::{Value, json};

use super::node::Node;
use super::work::{Worker, script};

fn task(node: &Node, prompt: &str) -> String {
    let wanted = json!({"room": "ops", "tasks": [{"title": prompt, "prompt": prompt}]});
    node.call::<TaskCreate>(wanted).tasks[0].id.to_string()
}

fn get(node: &Node, task: &str) -> Value {
    serde_json::to_value(node.call::<TaskGet>(json!({"task": task}))).unwrap()
}

/// A room, and in it an agent that works.
fn house(program: &str) -> (Node, Worker) {
    let node = Node::start();
    node.call::<RoomCreate>(json!({"name": "ops"}));
    let program = script(node.folder.path(), "agent", program);
    let worker = Worker::start(&node, "rex", &["--command", &program]);
    (node, worker)
}

/// A worker here that has the other mesh's agent do its tasks, by a token of somebody there.
fn scout(here: &Node, there: &Node, token: &str) -> Worker {
    let api = format!("{}/a2a/agents/rex", there.url);
    let with_token = |work: &mut Command| {
        work.env("MESH_A2A_TOKEN", token);
    };
    let args = ["--runner", "a2a", "--api", &api];
    Worker::start_in(here, "scout", &args, with_token)
}

#[test]
fn an_agent_of_another_mesh_does_a_task_and_stops_with_it() {
    let (there, mut rex) = house(
        "read prompt\necho \"began: $prompt\"\ncase \"$prompt\" in *wait*) exec sleep 1000;; *odd*) echo odd >&2; exit 3;; esac",
    );
    let here = Node::start();
    here.call::<RoomCreate>(json!({"name": "ops"}));
    let caller = there.json(&["register", "caller"]);
    let member = json!({"room": "ops", "participant": "caller"}).to_string();
    there.json(&["call", "member.add", &member]);
    let token = caller["token"].as_str().unwrap();
    let mut worker = scout(&here, &there, token);

    let done = task(&here, "Survey the parser.");
    assert_eq!(worker.until("ended")["how"], "done");
    let text = get(&here, &done)["result"]["output"]["text"].clone();
    assert_eq!(text.as_str().unwrap().trim(), "began: Survey the parser.");
    rex.until("ended");

    // Whoever cancels it here cancels it there.
    let long = task(&here, "Please wait.");
    rex.until("taken");
    here.json(&["task", "cancel", &long]);
    assert_eq!(worker.until("ended")["how"], "lost");
    assert_eq!(rex.until("ended")["how"], "lost");
    let tasks = there.json(&["call", "task.list", r#"{"room":"ops"}"#]);
    let states: Vec<&str> = tasks["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["state"].as_str().unwrap())
        .collect();
    assert!(
        states.contains(&"cancelled") && states.contains(&"done"),
        "{states:?}"
    );

    // Without a right to ask it is told what to do, and it is not tried again.
    drop(worker);
    let mut stranger = scout(&here, &there, "mesh_ag_nobody");
    let refused = task(&here, "Survey the parser again.");
    assert_eq!(stranger.until("ended")["how"], "failed");
    let reason = get(&here, &refused).to_string();
    assert!(reason.contains("MESH_A2A_TOKEN"), "{reason}");
    assert_eq!(here.mesh(&["log", "verify"]).code, 0);
}

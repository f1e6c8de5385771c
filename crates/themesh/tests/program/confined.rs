//! What a task's program may do to the mesh and the machine it runs on.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use mesh_model::ops::{RoomCreate, TaskCreate, TaskGet};
use serde_json::{Value, json};

use super::node::{Node, binary, command};

fn node() -> Node {
    let node = Node::start();
    node.call::<RoomCreate>(json!({"name": "ops", "topic": ""}));
    node
}

/// Lets a worker do one task with a shell script and gives what that printed.
fn printed(node: &Node, script: &str, args: &[&str]) -> String {
    let created = node.call::<TaskCreate>(json!({
        "room": "ops", "tasks": [{"title": "x", "prompt": "x", "attempts": 1, "escalate": false}],
    }));
    let program = node.folder.path().join("program");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let worked: Output = command(&node.home())
        .args(["--as", "rex", "work", "--yes", "--join", "ops", "--once"])
        .arg("--command")
        .arg(&program)
        .args(args)
        .output()
        .unwrap();
    assert!(worked.status.success(), "{worked:?}");
    let task = node.call::<TaskGet>(json!({"task": created.tasks[0].id}));
    let task: Value = serde_json::to_value(task).unwrap();
    assert_eq!(task["state"], "done", "{task}");
    task["result"]["output"]["text"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_tasks_program_is_its_agent_and_never_the_owner() {
    let node = node();
    let mesh = binary().display().to_string();
    let home = node.home().display().to_string();
    // As it comes, with the folder named, as somebody else, and without what it was handed.
    let script = format!(
        "m={mesh}; h={home}
         handle() {{ grep -o '\"handle\": *\"[a-z-]*\"' || echo none; }}
         $m --json call me.get | handle
         $m --json --home $h call me.get | handle
         MESH_HOME=$h $m --json --as rex call me.get 2>&1 | grep -o 'acts as its own agent'
         unset MESH_ATTEMPT_FD
         $m --json --home $h call me.get 2>&1 | grep -o 'only the task.s own token counts'"
    );
    let said = printed(&node, &script, &[]);
    let said: Vec<String> = said.lines().map(|line| line.replace(' ', "")).collect();
    assert_eq!(
        said,
        [
            r#""handle":"rex""#,
            r#""handle":"rex""#,
            "actsasitsownagent",
            "onlythetask'sowntokencounts"
        ]
    );
}

//! What somebody does in the first ten minutes.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use mesh_model::ops;
use serde_json::{Value, json};

use super::node::{Node, binary, command, mesh, said};

#[test]
fn people_and_agents_talk() {
    let node = Node::start();
    node.mesh(&["say", "general", "hello", "world"]);
    let page = node.json(&["read", "general"]);
    assert_eq!(page["items"][0]["text"], "hello world");
    assert_eq!(node.mesh(&["register", "rex"]).code, 0);
    assert_eq!(node.mesh(&["--as", "rex", "join", "general"]).code, 0);
    assert_eq!(
        node.mesh(&["--as", "rex", "say", "general", "hello @owner"])
            .code,
        0
    );
    assert_eq!(node.mesh(&["dm", "rex", "look at the parser"]).code, 0);
    let inbox = node.json(&["--as", "rex", "inbox", "--ack"]);
    // What was said before rex came is history, not mail.
    assert_eq!(inbox["items"].as_array().unwrap().len(), 1, "{inbox}");
    assert_eq!(node.json(&["--as", "rex", "inbox"])["waiting"], 0);
    let found = node.json(&["search", "parser"]);
    assert_eq!(found["items"][0]["message"]["from"]["handle"], "owner");
    assert!(node.mesh(&["rooms"]).out.contains("@rex"));
    assert!(node.mesh(&["who"]).out.contains("agent"));
    assert!(node.mesh(&["status"]).out.contains("verified"));
}

#[test]
fn text_comes_from_standard_input_too() {
    let node = Node::start();
    let mut child = command(&node.home())
        .args(["say", "general"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all("from a pipe\nin two lines\n".as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(
        node.json(&["read", "general"])["items"][0]["text"],
        "from a pipe\nin two lines"
    );
}

#[test]
fn a_newcomer_comes_in_by_an_invite() {
    let node = Node::start();
    let link = node
        .mesh(&["invite", "create", "--room", "general"])
        .out
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let elsewhere = tempfile::tempdir().unwrap();
    let joined = mesh(elsewhere.path(), &["join", &link, "--as", "ana"]);
    assert_eq!(joined.code, 0, "{}", joined.err);
    assert_eq!(
        mesh(
            elsewhere.path(),
            &["--as", "ana", "say", "general", "here I am"]
        )
        .code,
        0
    );
    assert_eq!(
        node.json(&["read", "general"])["items"][0]["from"]["handle"],
        "ana"
    );
    let second = mesh(elsewhere.path(), &["join", &link, "--as", "ben"]);
    assert_eq!(second.code, 1, "an invite for one was used twice");
}

#[test]
fn a_revoked_token_is_worth_nothing() {
    let node = Node::start();
    node.mesh(&["register", "rex"]);
    let token = node.json(&["token", "create", "rex"]);
    let with_token = |args: &[&str]| {
        said(
            command(&node.home())
                .args(args)
                .env("MESH_TOKEN", token["token"].as_str().unwrap())
                .output()
                .unwrap(),
        )
    };
    assert_eq!(with_token(&["rooms"]).code, 0);
    assert_eq!(
        node.mesh(&["token", "revoke", token["id"].as_str().unwrap()])
            .code,
        0
    );
    assert_eq!(with_token(&["rooms"]).code, 1);
}

#[test]
fn tail_shows_what_is_said_meanwhile() {
    let node = Node::start();
    let mut tail = command(&node.home())
        .args(["tail", "general", "--after", "0", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    // The room's own beginning comes first: then it listens.
    assert!(lines.next().unwrap().unwrap().contains("room.created"));
    node.mesh(&["say", "general", "live"]);
    let heard = lines.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap());
    let message = heard
        .into_iter()
        .find(|item| item["type"] == "message.posted")
        .unwrap();
    assert_eq!(message["data"]["text"], "live");
    tail.kill().unwrap();
    tail.wait().unwrap();
}

#[test]
fn every_operation_can_be_called_by_name() {
    let node = Node::start();
    let listed = node.json(&["ops"]);
    assert_eq!(
        listed["items"].as_array().unwrap().len(),
        ops::all().count()
    );
    let posted = node.json(&[
        "call",
        "message.post",
        r#"{"room":"general","text":"by name"}"#,
    ]);
    assert!(posted["id"].as_str().unwrap().starts_with('m'));
    let again = json!({"room": "general", "text": "once", "idempotency_key": "k"}).to_string();
    assert_eq!(
        node.json(&["call", "message.post", &again]),
        node.json(&["call", "message.post", &again])
    );
}

#[test]
fn every_verb_has_an_example() {
    let help = said(
        std::process::Command::new(binary())
            .args(["help", "--all"])
            .output()
            .unwrap(),
    );
    assert_eq!(help.code, 0);
    let sections: Vec<&str> = help.out.split("## ").skip(1).collect();
    assert!(sections.len() > 30, "{}", sections.len());
    for section in sections {
        assert!(section.contains("Example"), "no example: {section}");
    }
}

#[test]
fn completions_are_a_shell_script() {
    let home = tempfile::tempdir().unwrap();
    let script = mesh(home.path(), &["completions", "bash"]).out;
    let mut bash = std::process::Command::new("bash")
        .arg("-n")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    bash.stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    assert!(bash.wait().unwrap().success());
    assert!(script.contains("mesh"));
}

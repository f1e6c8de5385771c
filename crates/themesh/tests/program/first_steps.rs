//! What somebody does in the first ten minutes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

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
    let piped = |args: &[&str], text: &str| {
        let mut child = command(&node.home())
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        drop(input);
        let said = said(child.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{args:?}: {}", said.err);
        said.out
    };
    let newest = || node.json(&["read", "general"])["items"][0]["text"].clone();
    piped(&["say", "general"], "from a pipe\nin two lines\n");
    assert_eq!(newest(), "from a pipe\nin two lines");
    // As everywhere, a dash stands for it.
    piped(&["say", "general", "-"], "by a dash\n");
    assert!(node.mesh(&["read", "general"]).out.contains("by a dash"));
    node.mesh(&["register", "rex"]);
    piped(&["dm", "rex", "-"], "to rex by a dash\n");
    piped(&["memory", "set", "build", "-"], "Needs Node 20.\n");
    piped(&["context", "set", "general", "branch", "-"], "main\n");
    piped(&["template", "add", "triage", "-"], "Read {report}.\n");
    piped(
        &["task", "add", "--room", "general", "-"],
        "Fix the test.\n",
    );
    let dm = node.json(&["search", "to rex by a dash"]);
    assert_eq!(dm["items"].as_array().unwrap().len(), 1, "{dm}");
    assert!(
        node.mesh(&["memory", "list"])
            .out
            .contains("Needs Node 20.")
    );
    let branch = node.mesh(&["context", "get", "general", "branch"]);
    assert_eq!(branch.out, "main\n");
    assert!(node.mesh(&["template", "list"]).out.contains("report"));
    assert!(node.mesh(&["task", "list"]).out.contains("Fix the test."));
}

#[test]
fn without_a_home_nothing_is_made_where_one_stands() {
    let here = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(binary());
        command.args(args).current_dir(here.path()).env_clear();
        said(command.stdin(Stdio::null()).output().unwrap())
    };
    for args in [&["up"][..], &["status"], &["--home", "", "register", "rex"]] {
        let refused = run(args);
        assert_eq!(refused.code, 2, "{args:?}: {}", refused.err);
        assert!(refused.err.contains("--home"), "{}", refused.err);
    }
    // What needs no folder needs no home.
    for args in [&["ops"][..], &["completions", "bash"]] {
        assert_eq!(run(args).code, 0, "{args:?}");
    }
    assert_eq!(std::fs::read_dir(here.path()).unwrap().count(), 0);
}

#[test]
fn whoever_asks_for_the_page_of_a_running_node_gets_a_link_to_it() {
    let node = Node::start();
    let refused = node.mesh(&["up"]);
    assert_eq!(refused.code, 1, "{}", refused.out);
    assert!(refused.err.contains("mesh up --open"), "{}", refused.err);
    let up = command(&node.home())
        .args(["up", "--open"])
        // Where there is no browser.
        .env("PATH", "")
        .stdin(Stdio::null())
        .output();
    let up = said(up.unwrap());
    assert_eq!(up.code, 0, "{}", up.err);
    let start = up
        .out
        .find(&node.url)
        .unwrap_or_else(|| panic!("{}", up.out));
    let shown = up.out[start..].lines().next().unwrap();
    let called = node.json(&["call", "login.link"]);
    for link in [shown, called["url"].as_str().unwrap()] {
        assert!(link.starts_with(&format!("{}/login?", node.url)), "{link}");
        let opened = ureq::config::Config::builder().max_redirects(0).build();
        let opened = opened.new_agent().get(link).call().unwrap();
        assert!(opened.headers().contains_key("set-cookie"), "{opened:?}");
    }
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

//! Shared files as people use them on the command line, and after a kill.

use super::node::{Node, command, said};
use serde_json::json;

#[test]
fn a_file_is_put_read_and_brought_back() {
    let node = Node::start();
    node.json(&["call", "room.create", r#"{"name":"workshop"}"#]);
    let here = node.folder.path().join("plan.md");
    let here = here.to_str().unwrap();
    std::fs::write(here, "first\n").unwrap();
    let put = |more: &[&str]| {
        let args = ["file", "put", "workshop", "docs/plan.md", here];
        node.mesh(&[&args[..], more].concat())
    };
    assert_eq!(put(&[]).code, 0);
    std::fs::write(here, "second\n").unwrap();
    let stale = put(&[]);
    assert_ne!(stale.code, 0);
    assert!(stale.err.contains("version 1 by @owner"), "{}", stale.err);
    assert_eq!(put(&["--base", "1", "--note", "with dates"]).code, 0);
    let get = |more: &[&str]| {
        let args = ["file", "get", "workshop", "docs/plan.md"];
        node.mesh(&[&args[..], more].concat())
    };
    assert_eq!(get(&[]).out, "second\n");
    assert_eq!(get(&["--version", "1"]).out, "first\n");
    // Nothing that is there is written over.
    assert_ne!(get(&["-o", here]).code, 0);
    let list = node.json(&["file", "list", "workshop", "docs/"]);
    assert_eq!(list[0]["path"], "docs/plan.md");
    let history = node.json(&["file", "history", "workshop", "docs/plan.md"]);
    assert_eq!(history[0]["note"], "with dates");
    let verb = |verb: &str, more: &[&str]| {
        let args = ["file", verb, "workshop", "docs/plan.md"];
        let said = node.mesh(&[&args[..], more].concat());
        assert_eq!(said.code, 0, "{verb}: {}", said.err);
    };
    verb("remove", &[]);
    assert_eq!(node.json(&["file", "list", "workshop"]), json!([]));
    verb("restore", &["--version", "1"]);
    assert_eq!(get(&[]).out, "first\n");
    verb("redact", &["--all"]);
    assert_ne!(get(&[]).code, 0);
    let bytes = std::fs::read_dir(node.home().join("files")).unwrap();
    assert_eq!(bytes.count(), 0);
    assert_eq!(node.mesh(&["log", "verify"]).code, 0);
}

#[test]
fn bytes_without_an_event_are_gone_after_the_next_start() {
    let node = Node::start();
    node.json(&["call", "room.create", r#"{"name":"workshop"}"#]);
    let put = r#"{"room":"workshop","path":"a.txt","text":"kept"}"#;
    node.json(&["call", "file.put", put]);
    let folder = node.kill();
    let files = folder.path().join("home/files");
    // As a power cut between the bytes and the event leaves them.
    std::fs::write(files.join("ab".repeat(32)), "orphan").unwrap();
    std::fs::write(files.join("01a22545-9b04-7ae4.part"), "half").unwrap();
    let node = Node::start_in(folder, &[]);
    let left = || std::fs::read_dir(&files).unwrap().count();
    while left() > 1 {
        std::thread::yield_now();
    }
    let read = command(&node.home())
        .args(["file", "get", "workshop", "a.txt"])
        .output()
        .unwrap();
    assert_eq!(said(read).out, "kept");
}

#[test]
fn a_message_brings_files_along_and_says_what_they_are() {
    let node = Node::start();
    node.json(&["call", "room.create", r#"{"name":"workshop"}"#]);
    let here = node.folder.path().join("plan.md");
    let here = here.to_str().unwrap();
    std::fs::write(here, "first\n").unwrap();
    let say = |more: &[&str]| {
        let args = ["say", "workshop", "--attach", here];
        let said = node.mesh(&[&args[..], more].concat());
        assert_eq!(said.code, 0, "{}", said.err);
    };
    say(&["the plan"]);
    std::fs::write(here, "second, longer\n").unwrap();
    say(&[]);
    let read = node.mesh(&["read", "workshop"]).out;
    for part in [
        "the plan",
        "+ plan.md (version 1, 6 B, text/plain",
        "+ plan.md (version 2, 15 B, text/plain",
        "signed",
    ] {
        assert!(read.contains(part), "{part}: {read}");
    }
    assert_eq!(
        node.mesh(&["file", "get", "workshop", "plan.md", "--version", "1"])
            .out,
        "first\n"
    );
    let nowhere = node.mesh(&["dm", "nobody", "look", "--attach", here]);
    assert_ne!(nowhere.code, 0);
    assert!(
        nowhere.err.contains("no conversation with @nobody"),
        "{}",
        nowhere.err
    );
    assert_eq!(
        node.mesh(&["file", "remove", "workshop", "plan.md"]).code,
        0
    );
    assert!(
        node.mesh(&["read", "workshop"])
            .out
            .contains("removed since")
    );
    assert_eq!(node.mesh(&["log", "verify"]).code, 0);
}

//! The commands of SKILL.md, as they stand there, against a node.

use std::process::Command;

use crate::node::{Node, binary};

/// The commands of each part that shows some.
fn parts() -> Vec<Vec<String>> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../SKILL.md");
    let page = std::fs::read_to_string(page).unwrap();
    let parts = page.split("```sh\n").skip(1);
    let lines = |part: &str| {
        part.split("```")
            .next()
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    };
    parts.map(lines).collect()
}

/// Does what the line says, in a shell that finds the program under test.
fn run(node: &Node, line: &str, more: &[(&str, &str)]) -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    let program = binary();
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(node.folder.path())
        .env(
            "PATH",
            format!("{}:{path}", program.parent().unwrap().display()),
        )
        .env("MESH_HOME", node.home())
        .env_remove("MESH_TOKEN")
        .env_remove("MESH_URL")
        .envs(more.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}{why}");
    said
}

#[test]
fn six_commands_lead_into_a_room() {
    let node = Node::start();
    let here = &parts()[0];
    assert!((1..=6).contains(&here.len()), "{here:?}");
    let said: Vec<_> = here.iter().map(|line| run(&node, line, &[])).collect();
    let guide = &said[4];
    for words in [
        "You are @newcomer (agent)",
        "- #general: 2 members, you may speak",
        "- @owner (human)",
        "## How to speak here",
    ] {
        assert!(guide.contains(words), "no '{words}' in {guide}");
    }
    assert!(guide.len() < 2_000, "{} bytes: {guide}", guide.len());
    let read = run(&node, "mesh --as newcomer read general", &[]);
    assert!(read.contains("hello, I am new here"), "{read}");
    node.stop();
}

#[test]
fn an_address_and_a_token_are_enough() {
    let node = Node::start();
    let registered = node.json(&["register", "newcomer"]);
    let token = registered["token"].as_str().unwrap();
    let there = &parts()[1];
    assert!((1..=6).contains(&there.len()), "{there:?}");
    let given = [("MESH_URL", node.url.as_str()), ("MESH_TOKEN", token)];
    let said: Vec<_> = there.iter().map(|line| run(&node, line, &given)).collect();
    assert!(
        said[0].contains(&format!("{}/api/guide", node.url)),
        "{}",
        said[0]
    );
    assert!(said[2].contains("You are @newcomer"), "{}", said[2]);
    let read = node.mesh(&["--as", "newcomer", "read", "general"]);
    assert!(read.out.contains("hello, I am new here"), "{}", read.out);
    node.stop();
}

//! A session that ended with work in hand is told to whoever goes on: what it was to do, decided, had open, touched and said.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::node::{Node, binary};

/// A node on which rex took a task in a session of its own, worked on it, and is gone.
fn left() -> Node {
    let node = Node::start();
    node.json(&["call", "room.create", r#"{"name":"workshop"}"#]);
    for handle in ["rex", "tom", "mole"] {
        node.json(&["register", handle]);
    }
    for handle in ["rex", "tom"] {
        let member = json!({"room": "workshop", "participant": handle});
        node.json(&["call", "member.add", &member.to_string()]);
    }
    let may = ["speak", "listen", "execute", "data-read", "data-write"];
    let may = json!({"room": "workshop", "participant": "rex", "capabilities": may});
    node.json(&["call", "member.capabilities", &may.to_string()]);
    let tasks = json!({"room": "workshop", "tasks": [
        {"title": "Mend the retry", "prompt": "Give the retry in src/net.rs an exponential backoff.", "assigned": "rex"},
        {"title": "Sum up", "prompt": "Sum up the week.", "capability": "sums"},
    ]});
    let created = node.json(&["call", "task.create", &tasks.to_string()]);
    let task = created["tasks"][0]["id"].as_str().unwrap();
    let mesh = format!(
        "'{}' --home '{}' --as rex --json",
        binary().display(),
        node.home().display()
    );
    let script = format!(
        r#"set -e
        {mesh} call worker.enrol '{{"slots":1}}'
        taken=$({mesh} call task.take '{{"start":true}}')
        fence=$(echo "$taken" | grep -o '"fence":[0-9]*' | head -1 | cut -d: -f2)
        {mesh} lease take workshop src/net.rs
        {mesh} say workshop 'Decision: use a backoff that doubles up to a minute.'
        {mesh} call task.progress "{{\"task\":\"{task}\",\"fence\":$fence,\"text\":\"The timer is there; its test is missing.\"}}"
        {mesh} say workshop 'I go on with the test of the timer.'"#
    );
    let run = node.mesh(&["session", "run", "--as", "rex", "--", "sh", "-c", &script]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    node.json(&["say", "workshop", "@rex which backoff will it be?"]);
    node
}

#[test]
fn whoever_goes_on_learns_what_the_session_knew() {
    let node = left();
    let told = node.mesh(&["resurrect", "--of", "rex", "--as", "tom"]);
    assert_eq!(told.code, 0, "{}", told.err);
    assert!(
        told.out.starts_with("----- BEGIN UNTRUSTED MESSAGE "),
        "{}",
        told.out
    );
    for (section, words) in [
        (
            "GOAL",
            "Give the retry in src/net.rs an exponential backoff.",
        ),
        ("OPEN WORK", "its test is missing"),
        ("DECISIONS", "doubles up to a minute"),
        ("QUESTIONS", "which backoff will it be?"),
        ("FILES AND LEASES", "src/net.rs"),
        ("LAST WORDS", "I go on with the test of the timer."),
    ] {
        let part = told.out.split_once(&format!("{section}\n"));
        let part = part
            .unwrap_or_else(|| panic!("no {section}: {}", told.out))
            .1;
        let part: Vec<&str> = part
            .lines()
            .take_while(|line| line.starts_with("- "))
            .collect();
        assert!(
            part.iter().any(|line| line.contains(words)),
            "{section}: {part:?}"
        );
    }
    assert!(
        !told.out.contains("Sum up"),
        "what others do is not its context: {}",
        told.out
    );
}

#[test]
fn it_stays_within_its_budget_and_has_the_goal_first() {
    let node = left();
    let told = node.json(&["resurrect", "--of", "rex", "--tokens", "100"]);
    let sections = told["sections"].as_array().unwrap();
    let lines = sections
        .iter()
        .flat_map(|one| one["lines"].as_array().unwrap());
    let chars: usize = lines
        .map(|line| line.as_str().unwrap().chars().count())
        .sum();
    assert!(chars <= 400, "{chars}: {sections:?}");
    assert_eq!(sections[0]["title"], "Goal");
    assert!(
        sections[0]["lines"][0]
            .as_str()
            .unwrap()
            .contains("Mend the retry")
    );
}

#[test]
fn who_may_not_see_the_room_learns_nothing_of_it() {
    let node = left();
    let told = node.json(&["resurrect", "--of", "rex", "--as", "mole"]);
    assert_eq!(told["sections"], json!([]), "{told}");
    let none = node.mesh(&["resurrect", "01a22545-9b42-75fd-8d45-6ee88fb7d9f9"]);
    assert_ne!(none.code, 0);
    assert!(
        none.err.contains("there is no such session"),
        "{}",
        none.err
    );
}

/// An observer that runs until it has seen all that there was.
fn observed(node: &Node, name: &str) {
    let mut child = super::node::command(&node.home())
        .args(["observe", name, "--as", "lookout", "--json", "--yes"])
        .args([
            "--join",
            "workshop",
            "--since",
            "0",
            "--set",
            "beacon-minutes=0",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("caught_up")));
    let pid = child.id().to_string();
    let ended = Command::new("kill").args(["-TERM", &pid]).status();
    assert!(ended.unwrap().success() && child.wait().unwrap().success());
}

#[test]
fn a_beacon_leads_to_the_same_as_the_whole_log_and_a_reader_sees_no_more_by_it() {
    let node = left();
    observed(&node, "meta-officer");
    let by_beacon = node.json(&["resurrect", "--of", "rex", "--as", "tom"]);
    let by_log = node.json(&["resurrect", "--of", "rex", "--as", "tom", "--from-log"]);
    assert_eq!(by_beacon["beacons"][0][1], "lookout", "{by_beacon}");
    assert_eq!(by_log["beacons"], json!([]));
    let titles = |told: &Value| -> Vec<String> {
        let sections = told["sections"].as_array().unwrap().iter();
        sections.map(|one| one["title"].to_string()).collect()
    };
    assert_eq!(titles(&by_beacon), titles(&by_log));
    for section in ["Goal", "Open work", "Decisions", "Files and leases"] {
        let lines = |told: &Value| {
            let sections = told["sections"].as_array().unwrap();
            let found = sections.iter().find(|one| one["title"] == section);
            found.unwrap_or_else(|| panic!("{section}: {told}"))["lines"].clone()
        };
        assert_eq!(lines(&by_beacon), lines(&by_log), "{section}");
    }
    let mole = node.json(&["resurrect", "--of", "rex", "--as", "mole"]);
    assert_eq!(mole["sections"], json!([]), "{mole}");
}

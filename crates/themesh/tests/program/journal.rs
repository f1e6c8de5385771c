//! Journals on the command line: written by hand and from a pipe, listed, followed, summed up, erased; and a report that becomes
//! proposals of which a person makes a task.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use mesh_model::ops::{TaskFinish, TaskGet, TaskTake};
use mesh_sdk::http::Http;
use serde_json::{Value, json};

use super::node::{Node, command, said};

fn node() -> Node {
    let node = Node::start();
    node.json(&["register", "rex"]);
    node
}

#[test]
fn a_program_notes_what_it_does_and_its_owner_reads_it() {
    let node = node();
    let noted = node.mesh(&[
        "--as",
        "rex",
        "journal",
        "write",
        "the",
        "mirror",
        "is",
        "slow",
        "--level",
        "warn",
        "--data",
        "{\"ms\":4100}",
    ]);
    assert!(noted.out.starts_with("1 line written, place "), "{noted:?}");
    // A build's output, with colours, empty lines and more of them than one call takes.
    let mut piped = command(&node.home());
    piped.args(["--as", "rex", "journal", "write", "--level", "debug"]);
    let mut child = piped
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::from("\u{1b}[32mcompiling\u{1b}[0m\n\n");
    (1..=120).for_each(|at| text.push_str(&format!("step {at}\n")));
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let piped = said(child.wait_with_output().unwrap());
    assert_eq!(piped.code, 0, "{piped:?}");
    assert_eq!(piped.out.lines().count(), 2, "{piped:?}");
    let listed = node.mesh(&["journal", "list", "rex", "--level", "warn"]);
    assert!(
        listed.out.starts_with("warn ") && listed.out.contains("@rex  the mirror is slow"),
        "{listed:?}"
    );
    assert!(listed.out.contains("{\"ms\":4100}"), "{listed:?}");
    let all = node.json(&["journal", "list", "--text", "compiling"]);
    assert_eq!(all["items"][0]["text"], "compiling");
    let last = node.mesh(&["journal", "list", "--limit", "2"]);
    let lines: Vec<&str> = last.out.lines().collect();
    assert!(
        lines[0].ends_with("  step 119") && lines[1].ends_with("  step 120"),
        "{last:?}"
    );
    assert!(lines[2].starts_with("earlier ones: --before "), "{last:?}");
    let wrong = node.mesh(&["journal", "write", "x", "--data", "[1]"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    let report = node.mesh(&["report"]);
    assert!(
        report
            .out
            .contains("0 errors, 1 warnings, 0 of what was done, 121 for looking for faults"),
        "{report:?}"
    );
    assert_ne!(node.mesh(&["--as", "rex", "journal", "erase"]).code, 0);
    assert_eq!(node.mesh(&["journal", "erase", "rex"]).code, 0);
    let listed = node.mesh(&["journal", "list"]);
    assert_eq!(listed.out.trim(), "No line is there.");
}

#[test]
fn whoever_follows_sees_lines_as_they_come() {
    let node = node();
    let mut following = command(&node.home())
        .args([
            "journal", "follow", "rex", "--level", "info", "--after", "0", "--json",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(following.stdout.take().unwrap()).lines();
    for (who, level, text) in [
        ("rex", "debug", "left out"),
        ("rex", "error", "first"),
        ("rex", "info", "second"),
    ] {
        let wrote = node.mesh(&["--as", who, "journal", "write", text, "--level", level]);
        assert_eq!(wrote.code, 0, "{wrote:?}");
    }
    node.mesh(&["journal", "write", "somebody else's"]);
    for text in ["first", "second"] {
        let line: Value = serde_json::from_str(&out.next().unwrap().unwrap()).unwrap();
        assert_eq!(line["text"], text);
        assert_eq!(line["from"]["handle"], "rex");
    }
    following.kill().unwrap();
    following.wait().unwrap();
}

#[test]
fn a_report_becomes_proposals_and_a_person_makes_a_task_of_one() {
    let node = node();
    node.json(&["call", "room.create", r#"{"name":"ops"}"#]);
    let member = json!({"room": "ops", "participant": "rex"});
    node.json(&["call", "member.add", &member.to_string()]);
    let may = json!({"room": "ops", "participant": "rex", "capabilities": ["speak", "listen", "execute"]});
    node.json(&["call", "member.capabilities", &may.to_string()]);
    let made = node.json(&["template", "use", "improve", "report=7", "--room", "ops"]);
    let task = made["tasks"][0]["id"].as_str().unwrap().to_owned();
    let asked = node.call::<TaskGet>(json!({ "task": task }));
    let input = asked.input.unwrap();
    assert!(input["report"]["tasks"]["created"].is_u64(), "{input:?}");
    assert!(asked.prompt.unwrap().contains("the last 7 days"));
    let identity = std::fs::read_to_string(node.home().join("clients/rex.json")).unwrap();
    let identity: Value = serde_json::from_str(&identity).unwrap();
    let rex = Http::new(&node.url, identity["token"].as_str().map(str::to_owned));
    node.json(&["--as", "rex", "call", "worker.enrol", r#"{"slots":1}"#]);
    let take = serde_json::from_value(json!({"count": 1})).unwrap();
    let taken = rex.call::<TaskTake>(take).unwrap().items.remove(0);
    let proposal = json!({"title": "Keep a mirror", "why": "two downloads failed", "task": "Set up a mirror."});
    let result = json!({
        "task": task, "fence": taken.fence, "confidence": 95,
        "output": {"text": "One proposal.", "data": {"proposals": [proposal]}},
    });
    rex.call::<TaskFinish>(serde_json::from_value(result).unwrap())
        .unwrap();
    let shown = node.mesh(&["task", "accept", &task]);
    assert!(
        shown.out.contains(" 1  Keep a mirror") && shown.out.contains("why: two downloads failed"),
        "{shown:?}"
    );
    let tried = node.mesh(&["--as", "rex", "task", "accept", &task, "1"]);
    assert!(
        tried.code != 0 && tried.err.contains("only a person"),
        "{tried:?}"
    );
    assert_ne!(node.mesh(&["task", "accept", &task, "2"]).code, 0);
    let accepted = node.json(&["task", "accept", &task, "1", "--can", "ops"]);
    let new = accepted["tasks"][0]["id"].as_str().unwrap();
    let new = node.call::<TaskGet>(json!({ "task": new }));
    assert_eq!(
        new.prompt.unwrap(),
        "Set up a mirror.\n\nWhy: two downloads failed"
    );
    let again = node.mesh(&["task", "accept", &task, "1"]);
    assert!(
        again.code != 0 && again.err.contains("accepted already"),
        "{again:?}"
    );
}

//! The verbs about work: from a task that is added to one that is done, with every verb between.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use mesh_model::ops::{RoomCreate, TaskFinish, TaskProgress, TaskStart, TaskTake, WorkerEnrol};
use mesh_sdk::http::Http;
use serde_json::{Value, json};

use super::node::{Node, command};

/// A node with a room, and an agent in it that takes work.
fn workshop(capabilities: &[&str]) -> (Node, Http) {
    let node = Node::start();
    node.call::<RoomCreate>(json!({"name": "workshop"}));
    node.json(&["register", "rex"]);
    node.json(&["--as", "rex", "join", "workshop"]);
    node.call::<mesh_model::ops::MemberCapabilities>(json!({
        "room": "workshop", "participant": "rex",
        "capabilities": ["speak", "listen", "execute", "data-read", "data-write"],
    }));
    let identity = std::fs::read_to_string(node.home().join("clients/rex.json")).unwrap();
    let identity: Value = serde_json::from_str(&identity).unwrap();
    let rex = Http::new(&node.url, identity["token"].as_str().map(str::to_owned));
    let enrol =
        json!({"slots": 2, "capabilities": capabilities, "machine": "den", "runner": "test"});
    rex.call::<WorkerEnrol>(serde_json::from_value(enrol).unwrap())
        .unwrap();
    (node, rex)
}

/// Takes the task that fits and begins it; gives what every update has to show.
fn take(rex: &Http) -> Value {
    let take = serde_json::from_value(json!({"wait_ms": 10_000})).unwrap();
    let taken = rex.call::<TaskTake>(take).unwrap();
    let taken = taken.items.first().expect("a task fits");
    let held = json!({"task": taken.task.id, "fence": taken.fence});
    rex.call::<TaskStart>(serde_json::from_value(held.clone()).unwrap())
        .unwrap();
    held
}

fn with(held: &Value, more: Value) -> Value {
    let mut fields = held.as_object().unwrap().clone();
    fields.extend(more.as_object().unwrap().clone());
    fields.into()
}

fn finish(rex: &Http, held: &Value, text: &str) {
    let result = json!({"output": {"text": text}, "confidence": 95, "cost": {"spend": {"tokens": 1200, "micros": 34_000}, "model": "small"}});
    rex.call::<TaskFinish>(serde_json::from_value(with(held, result)).unwrap())
        .unwrap();
}

#[test]
fn a_task_is_watched_from_its_words_to_its_end() {
    let (node, rex) = workshop(&["research"]);
    let made = node.json(&[
        "task",
        "add",
        "Survey the parser\nand all its files",
        "--room",
        "workshop",
        "--can",
        "research",
        "--priority",
        "7",
        "--deadline",
        "2h",
        "--verify-below",
        "0",
    ]);
    let id = made["tasks"][0]["id"].as_str().unwrap().to_owned();
    let mut follow = command(&node.home())
        .args(["task", "follow", &id[28..]])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follow.stdout.take().unwrap()).lines();
    let mut until = |wanted: &str| {
        let mut seen = Vec::new();
        for line in lines.by_ref() {
            let line = line.unwrap();
            seen.push(line.clone());
            if line.contains(wanted) {
                return seen;
            }
        }
        panic!("'{wanted}' never came: {seen:#?}");
    };
    until("created by @owner");
    let held = take(&rex);
    until("begins");
    let piece = |text: &str, live: bool| {
        let piece = with(&held, json!({"text": text, "live": live}));
        rex.call::<TaskProgress>(serde_json::from_value(piece).unwrap())
            .unwrap();
    };
    piece("Three of nine files are read.\n", true);
    until("Three of nine");
    piece("Three of nine files are read.\nFour of nine.\n", false);
    // What was shown as it came is not shown again.
    assert_eq!(until("Four of nine").len(), 1);
    finish(&rex, &held, "Nine files.");
    let end = until("Nine files.");
    assert!(end.iter().any(|line| line.contains("done")), "{end:#?}");
    assert_eq!(follow.wait().unwrap().code(), Some(0));

    let shown = node.mesh(&["task", "show", "last"]).out;
    for words in [
        "Survey the parser",
        "#workshop",
        "@rex",
        "1200 tokens, 0.0340 small",
        "95 % sure",
        "Nine files.",
    ] {
        assert!(shown.contains(words), "no '{words}' in {shown}");
    }
    assert_eq!(node.mesh(&["task", "output", &id]).out, "Nine files.\n");
    let all = node.json(&["task", "output", &id, "--all"]);
    assert_eq!(all[0]["kind"], "progress");
    // Whoever watches a task that has ended learns how it ended.
    let again = node.mesh(&["task", "follow", "last"]);
    assert_eq!(again.code, 0);
    assert!(
        again.out.contains("taken by @rex") && again.out.ends_with("Nine files.\n"),
        "{}",
        again.out
    );
    let costs = node.json(&["costs", "--by", "agent"]);
    assert_eq!(costs["items"][0]["spend"]["tokens"], 1200);
    assert!(node.mesh(&["costs"]).out.contains("together"));
}

#[test]
fn a_task_that_ends_badly_ends_the_watching_with_1() {
    let (node, _) = workshop(&[]);
    node.json(&[
        "task",
        "add",
        "Nobody does this",
        "--room",
        "workshop",
        "--can",
        "magic",
    ]);
    let why = node.mesh(&["task", "why", "last"]).out;
    assert!(why.contains("no worker has the capability"), "{why}");
    assert!(node.mesh(&["task", "pause", "last"]).out.contains("paused"));
    assert_eq!(
        node.json(&["task", "list", "--state", "paused"])["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    node.json(&["task", "resume", "last"]);
    node.json(&["task", "assign", "last", "rex"]);
    node.json(&["task", "assign", "last"]);
    node.json(&["task", "cancel", "last", "--reason", "not needed"]);
    let follow = node.mesh(&["task", "follow", "last"]);
    assert_eq!(follow.code, 1, "{}", follow.err);
    assert!(follow.out.contains("cancelled"), "{}", follow.out);
    node.json(&["task", "retry", "last"]);
    let none = node.mesh(&["task", "output", "last"]);
    assert_eq!(none.code, 1);
    assert!(none.err.contains("no result yet"), "{}", none.err);
    node.json(&["task", "cancel", "last"]);
    node.json(&["task", "redact", "last", "--reason", "a secret"]);
    assert!(
        node.mesh(&["task", "show", "last"])
            .out
            .contains("(erased)")
    );
    for wrong in [
        &["task", "show", "zzzzzzzz"][..],
        &["task", "list", "--state", "lost"],
    ] {
        assert_eq!(node.mesh(wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn templates_and_files_make_tasks() {
    let (node, rex) = workshop(&["research"]);
    let listed = node.mesh(&["template", "list"]).out;
    assert!(listed.contains("research"), "{listed}");
    node.json(&[
        "template",
        "add",
        "triage",
        "Read {report} and say how bad it is.",
        "--title",
        "Triage {report}",
    ]);
    node.json(&[
        "template",
        "use",
        "triage",
        "report=the outage",
        "--room",
        "workshop",
    ]);
    assert!(
        node.mesh(&["task", "show", "last"])
            .out
            .contains("Read the outage and say")
    );
    node.json(&[
        "task",
        "add",
        "--template",
        "triage",
        "report=a leak",
        "--room",
        "workshop",
    ]);
    assert!(node.mesh(&["task", "list"]).out.contains("Triage a leak"));
    node.json(&["template", "delete", "triage"]);
    assert!(!node.mesh(&["template", "list"]).out.contains("triage"));

    let workflow = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/workflows/verify.json"
    );
    let missing = node.mesh(&["workflow", "run", workflow, "--room", "workshop"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("goal"), "{}", missing.err);
    let made = node.json(&[
        "workflow",
        "run",
        workflow,
        "goal=tabs or spaces",
        "--room",
        "workshop",
    ]);
    assert_eq!(made["tasks"].as_array().unwrap().len(), 3);
    assert!(
        node.mesh(&["task", "show", made["tasks"][0]["id"].as_str().unwrap()])
            .out
            .contains("tabs or spaces")
    );

    let steps = node.folder.path().join("steps.json");
    std::fs::write(&steps, r#"[{"title": "a", "prompt": "do {what}", "capability": "research"}, {"title": "b", "prompt": "sum up"}]"#).unwrap();
    let made = node.json(&[
        "pipeline",
        steps.to_str().unwrap(),
        "what=this",
        "--room",
        "workshop",
    ]);
    let second = made["tasks"][1]["id"].as_str().unwrap();
    assert!(
        node.mesh(&["task", "why", second])
            .out
            .contains("waits for")
    );
    assert_eq!(node.json(&["task", "show", second])["state"], "waiting");
    // Prompts come from standard input too, and wait for what they need.
    let mut add = command(&node.home())
        .args([
            "task", "add", "--room", "workshop", "--needs", "last", "--json",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    add.stdin
        .take()
        .unwrap()
        .write_all(b"From a pipe\n")
        .unwrap();
    assert!(add.wait().unwrap().success());
    let last = node.json(&["task", "show", "last"]);
    assert_eq!(
        (&last["title"], &last["needs"][0]),
        (&json!("From a pipe"), &json!(second))
    );
    drop(rex);
}

#[test]
fn people_are_asked_and_workers_are_steered() {
    let (node, rex) = workshop(&["code"]);
    let ask =
        json!({"room": "workshop", "question": "May I push to the main branch?", "seconds": 600});
    rex.call::<mesh_model::ops::ApprovalAsk>(serde_json::from_value(ask.clone()).unwrap())
        .unwrap();
    let waits = node.mesh(&["approvals", "--mine"]).out;
    assert!(
        waits.contains("@rex asks whoever moderates") && waits.contains("main branch"),
        "{waits}"
    );
    assert!(
        node.mesh(&["approve", "last", "--reason", "fine"])
            .out
            .contains("approved: May I push")
    );
    assert_eq!(node.mesh(&["approve"]).code, 1);
    let asked = rex
        .call::<mesh_model::ops::ApprovalAsk>(serde_json::from_value(ask).unwrap())
        .unwrap();
    let id = asked.id.to_string();
    assert!(node.mesh(&["reject", &id[28..]]).out.contains("rejected"));
    node.json(&["task", "add", "Deploy", "--room", "workshop", "--gate"]);
    assert!(
        node.mesh(&["approvals"])
            .out
            .contains("May this begin: Deploy")
    );

    let listed = node.mesh(&["worker", "list"]).out;
    for words in ["@rex", "here", "0 of 2", "den test", "code"] {
        assert!(listed.contains(words), "no '{words}' in {listed}");
    }
    node.json(&["worker", "pause", "rex"]);
    assert!(node.mesh(&["worker", "list"]).out.contains("paused"));
    node.json(&["worker", "drain", "rex"]);
    node.json(&["worker", "resume", "rex"]);
    node.json(&[
        "worker",
        "set",
        "rex",
        "--slots",
        "3",
        "--can",
        "code,review",
    ]);
    let rex_now = &node.json(&["worker", "list"])["items"][0];
    assert_eq!(
        (&rex_now["slots"], &rex_now["capabilities"]),
        (&json!(3), &json!(["code", "review"]))
    );
    node.json(&["dispatch", "stop"]);
    assert!(
        node.mesh(&["worker", "list"])
            .out
            .contains("dispatch is stopped")
    );
    node.json(&["task", "add", "Later", "--room", "workshop"]);
    let why = node.mesh(&["task", "why", "last"]).out;
    for words in ["would get it", "@rex", "0 of 3", "no: dispatch is stopped"] {
        assert!(why.contains(words), "no '{words}' in {why}");
    }
    node.json(&["dispatch", "resume"]);
    node.json(&[
        "budget", "set", "--agent", "rex", "--tokens", "200000", "--cost", "1.50",
    ]);
    let budgets = node.mesh(&["budget", "list"]).out;
    assert!(
        budgets.contains("@rex") && budgets.contains("200000 tokens, 1.5000"),
        "{budgets}"
    );
    assert_eq!(node.mesh(&["budget", "set", "--cost", "much"]).code, 2);
}

#[test]
fn what_is_known_is_kept_and_found() {
    let (node, _) = workshop(&[]);
    let set = node.json(&["context", "set", "workshop", "branch", "main"]);
    let version = set["seq"].to_string();
    node.json(&[
        "context",
        "set",
        "workshop",
        "build",
        "7",
        "--expected",
        "0",
    ]);
    assert_eq!(
        node.json(&["context", "get", "workshop", "build"])["value"],
        7
    );
    assert_eq!(
        node.mesh(&["context", "get", "workshop", "branch"]).out,
        "main\n"
    );
    let stale = node.mesh(&[
        "context",
        "set",
        "workshop",
        "branch",
        "next",
        "--expected",
        "1",
    ]);
    assert_eq!(stale.code, 1, "{}", stale.out);
    node.json(&[
        "context",
        "remove",
        "workshop",
        "branch",
        "--expected",
        &version,
    ]);
    assert_eq!(
        node.json(&["context", "list", "workshop"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(node.mesh(&["context", "get", "workshop", "branch"]).code, 1);

    node.json(&[
        "memory",
        "set",
        "build",
        "The build needs Node 20.",
        "--of",
        "rex",
    ]);
    node.json(&[
        "memory",
        "set",
        "tabs",
        "We indent by four blanks.",
        "--of",
        "rex",
    ]);
    assert!(
        node.mesh(&["memory", "list", "rex"])
            .out
            .contains("four blanks")
    );
    let found = node.json(&["memory", "search", "node", "--of", "rex"]);
    assert_eq!(found["items"][0]["key"], "build");
    node.json(&["memory", "forget", "tabs", "--of", "rex"]);
    assert_eq!(
        node.json(&["memory", "list", "rex"])["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn memories_are_tidied_only_when_a_person_says_so() {
    let (node, rex) = workshop(&[]);
    node.json(&[
        "memory",
        "set",
        "build",
        "The build needs Node 18.",
        "--of",
        "rex",
    ]);
    node.json(&[
        "memory",
        "set",
        "node",
        "The build needs Node 20.",
        "--of",
        "rex",
    ]);
    node.json(&["memory", "consolidate", "--of", "rex", "--room", "workshop"]);
    let early = node.mesh(&["memory", "diff", "last"]);
    assert_eq!(early.code, 1);
    assert!(early.err.contains("proposes nothing yet"), "{}", early.err);
    let held = take(&rex);
    let changes = json!({"changes": [{"forget": ["build", "node"], "key": "node", "text": "Node 20 since March.", "why": "they contradict"}]});
    let result = with(
        &held,
        json!({"output": {"text": "", "data": changes}, "confidence": 90}),
    );
    rex.call::<TaskFinish>(serde_json::from_value(result).unwrap())
        .unwrap();
    let diff = node.mesh(&["memory", "diff", "last"]).out;
    for words in [
        "# they contradict",
        "- build: The build needs Node 18.",
        "+ node: Node 20 since March.",
    ] {
        assert!(diff.contains(words), "no '{words}' in {diff}");
    }
    assert_eq!(
        node.json(&["memory", "list", "rex"])["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(node.json(&["memory", "apply", "last"])["kept"], 1);
    assert!(
        node.mesh(&["memory", "list", "rex"])
            .out
            .contains("since March")
    );
}

#[test]
fn a_line_steers_the_mesh() {
    let (node, _) = workshop(&["plan"]);
    assert!(
        node.mesh(&["do", "workshop", "status"])
            .out
            .contains("@rex")
    );
    let asked = node
        .mesh(&["say", "workshop", "/@rex", "survey the parser"])
        .out;
    assert!(
        asked.contains("@rex gets it: survey the parser") && asked.contains("mesh task follow"),
        "{asked}"
    );
    assert_eq!(
        node.json(&["task", "show", "last"])["assigned"]["handle"],
        "rex"
    );
    let auto = node.json(&["do", "workshop", "auto", "ship it"]);
    assert_eq!(auto["command"], "auto");
    let plan = node.json(&["task", "show", "last"]);
    assert_eq!(
        (&plan["capability"], &plan["input"]["follow"]),
        (&json!("plan"), &json!("subtasks"))
    );
    // A path is no command, and neither is anything else that is piped.
    let said = node.json(&["say", "workshop", "/etc/hosts is wrong"]);
    assert!(said["id"].as_str().unwrap().starts_with('m'), "{said}");
}

#[test]
fn signed_results_are_verified_here() {
    let (node, _) = workshop(&[]);
    node.json(&[
        "task",
        "add",
        "Say hello",
        "--room",
        "workshop",
        "--to",
        "rex",
    ]);
    let worked = command(&node.home())
        .args(["--as", "rex", "work", "--once", "--command", "cat"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        worked.status.success(),
        "{}",
        String::from_utf8_lossy(&worked.stderr)
    );
    let shown = node.mesh(&["task", "provenance", "last"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("✓ Say hello  @rex"), "{}", shown.out);
    assert!(
        shown
            .out
            .contains("1 signatures and their links hold, verified here"),
        "{}",
        shown.out
    );
    assert_eq!(node.json(&["task", "provenance", "last"])["verified"], true);
    assert!(
        node.mesh(&["task", "confirm", "last"])
            .out
            .contains("found good")
    );
}

//! A room's rules from the command line: templates, files, explanations, moderation, quarantine,
//! redaction, secrets, audit.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use super::node::{Node, Said, command, mesh, said};

const TEMPLATES: [&str; 5] = [
    "dev-team",
    "research-lab",
    "incident-response",
    "open-source-project",
    "social-plaza",
];

fn parsed(said: &Said) -> Value {
    assert_eq!(said.code, 0, "{}", said.err);
    serde_json::from_str(&said.out).unwrap_or_else(|why| panic!("{why}: '{}'", said.out))
}

/// Runs a verb with something on its standard input.
fn fed(home: &Path, args: &[&str], input: &str) -> Said {
    let mut child = command(home)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
    said(child.wait_with_output().unwrap())
}

/// The files under a folder that have these bytes somewhere.
fn holding(folder: &Path, words: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, words));
            continue;
        }
        // Sockets and files that went meanwhile hold nothing.
        let bytes = fs::read(&path).unwrap_or_default();
        if bytes
            .windows(words.len())
            .any(|part| part == words.as_bytes())
        {
            found.push(path.display().to_string());
        }
    }
    found
}

/// A node with an agent and a person in the room #ops, which the owner rules.
fn with_rex() -> Node {
    let node = Node::start();
    let invite = node.mesh(&["invite", "create", "--kind", "human"]).out;
    let link = invite.lines().next().unwrap();
    for args in [
        &["room", "create", "ops"][..],
        &["register", "rex"],
        &["--as", "rex", "join", "ops"],
        &["join", link, "--as", "ana"],
        &["--as", "ana", "join", "ops"],
    ] {
        let done = node.mesh(args);
        assert_eq!(done.code, 0, "{args:?}: {}", done.err);
    }
    node
}

fn set_rules(node: &Node, rules: &str) -> Said {
    fed(
        &node.home(),
        &["room", "policy", "ops", "--file", "-"],
        rules,
    )
}

fn done(node: &Node, args: &[&str]) {
    let said = node.mesh(args);
    assert_eq!(said.code, 0, "{args:?}: {}", said.err);
}

#[test]
fn every_template_makes_a_mesh_and_a_second_run_changes_nothing() {
    for name in TEMPLATES {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let args = ["init", "--template", name, "--json"];
        let first = parsed(&mesh(&home, &args));
        assert!(!first["made"].as_array().unwrap().is_empty(), "{first}");
        let again = parsed(&mesh(&home, &args));
        assert_eq!(
            (&again["made"], &again["changed"], &again["notes"]),
            (&json!([]), &json!([]), &json!([])),
            "{name}"
        );
        let words = mesh(&home, &args[..3]);
        assert!(words.out.contains("Nothing was changed"), "{}", words.out);
        let verified = mesh(&home, &["log", "verify"]);
        assert_eq!(verified.code, 0, "{name}: {}", verified.out);
    }
}

#[test]
fn a_template_is_a_file_that_a_running_node_takes() {
    let node = Node::start();
    let shown = node.mesh(&["init", "--show", "dev-team"]).out;
    let file = node.folder.path().join("my.toml");
    fs::write(&file, &shown).unwrap();
    let file = file.to_str().unwrap();
    let made = node.json(&["init", "--template", file]);
    let made = made["made"].to_string();
    assert!(
        made.contains("group maintainers") && made.contains("room code"),
        "{made}"
    );
    let told = node.json(&["room", "explain", "releases", "owner", "speak"]);
    assert_eq!(told["items"][0]["allowed"], true);
    done(&node, &["register", "rex"]);
    done(&node, &["--as", "rex", "join", "releases"]);
    let told = node.json(&["room", "explain", "releases", "rex", "speak"]);
    assert_eq!(told["items"][0]["rule"]["name"], "agents-read", "{told}");
    // Rules that somebody changed meanwhile are not overwritten by themselves.
    let rules = fed(
        &node.home(),
        &["room", "policy", "code", "--file", "-"],
        "retention_days = 9\n",
    );
    assert_eq!(rules.code, 0, "{}", rules.err);
    let again = node.json(&["init", "--template", file]);
    assert_eq!(
        (&again["made"], &again["changed"]),
        (&json!([]), &json!([]))
    );
    assert!(
        again["notes"][0].as_str().unwrap().contains("room code"),
        "{again}"
    );
    let again = node.json(&["init", "--template", file, "--overwrite"]);
    assert_eq!(again["changed"], json!(["room code"]), "{again}");
    let listed = node.json(&["init", "--list"]);
    let listed = listed["items"].as_array().unwrap();
    let names: Vec<_> = listed
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, TEMPLATES);
}

#[test]
fn what_is_wrong_in_a_file_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let file = folder.path().join("my.toml");
    let head = "[mesh]\nname = \"x\"\n\n[rooms.ops]\ntopic = \"work\"\n";
    let rule =
        "[[rooms.ops.policy.rules]]\nname = \"a\"\neffect = \"deny\"\ncapabilities = [\"speak\"]\n";
    // What the form of the file forbids, and what only the node can know.
    let wrong = [
        ("colour = 1\n".to_owned(), ":6:1: "),
        (format!("{rule}to = {{ kinds = [\"robot\"] }}\n"), ":10:"),
        (
            format!("{rule}to = {{ groups = [\"staff\"] }}\n"),
            ":10:18: ",
        ),
        ("[rooms.ops.policy]\nretention_days = 0\n".to_owned(), ":7:"),
    ];
    for (text, place) in wrong {
        fs::write(&file, format!("{head}{text}")).unwrap();
        let refused = mesh(&home, &["init", "--template", file.to_str().unwrap()]);
        assert_ne!(refused.code, 0, "{text}");
        let place = format!("my.toml{place}");
        assert!(refused.err.contains(&place), "{text}: {}", refused.err);
    }
    let node = with_rex();
    let refused = set_rules(&node, "# mine\nretention_days = 9\nretension = 1\n");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("-:3:1: "), "{}", refused.err);
    let rules = "{\"rules\": [\n  {\"name\": \"a\", \"effect\": \"deny\",\n   \"to\": {\"participants\": [\"nobody\"]}, \"capabilities\": [\"speak\"]}]}";
    let refused = set_rules(&node, rules);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("-:3:") && refused.err.contains("nobody"),
        "{}",
        refused.err
    );
    assert_eq!(node.json(&["room", "policy", "ops"])["version"], 0);
}

const RULES: &str = r#"
retention_days = 30

[[rules]]
name = "agents-read"
effect = "deny"
to = { kinds = ["agent"] }
capabilities = ["speak"]
why = "people decide here"

[[limits]]
name = "everybody"
bytes = 1000
rate = { count = 10, seconds = 60 }

[guard]
scan = "all"
mark = 10
quarantine = 101
refuse = 101
"#;

#[test]
fn rules_are_printed_as_a_file_that_sets_the_same() {
    let node = with_rex();
    let empty = node.mesh(&["room", "policy", "ops"]).out;
    assert!(
        empty.starts_with("# The rules of ops: none were ever set."),
        "{empty}"
    );
    let set = set_rules(&node, RULES);
    assert_eq!(set.code, 0, "{}", set.err);
    let printed = node.mesh(&["room", "policy", "ops"]).out;
    assert!(
        printed.contains("version 1, set by @owner at 20"),
        "{printed}"
    );
    let view = node.json(&["room", "policy", "ops"]);
    let again = set_rules(&node, &printed);
    assert_eq!(again.code, 0, "{}", again.err);
    assert_eq!(set_rules(&node, &view["policy"].to_string()).code, 0);
    // The same rules again are no new version.
    assert_eq!(node.json(&["room", "policy", "ops"]), view);
}

#[test]
fn rules_that_lock_everybody_out_have_to_be_forced() {
    let node = with_rex();
    let rules = "[[rules]]\nname = \"silence\"\neffect = \"deny\"\ncapabilities = [\"speak\"]\n";
    let refused = set_rules(&node, rules);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("force"), "{}", refused.err);
    let args = ["room", "policy", "ops", "--file", "-", "--force"];
    let forced = fed(&node.home(), &args, rules);
    assert_eq!(forced.code, 0, "{}", forced.err);
    assert_eq!(node.mesh(&["--as", "ana", "say", "ops", "hello"]).code, 1);
    done(&node, &["say", "ops", "the owner speaks"]);
}

#[test]
fn a_refusal_and_its_explanation_name_rule_and_setter() {
    let node = with_rex();
    assert_eq!(set_rules(&node, RULES).code, 0);
    let told = node.mesh(&["room", "explain", "ops", "rex", "speak"]);
    for words in [
        "no",
        "agents-read",
        "@owner",
        "people decide here",
        "version 1",
    ] {
        assert!(told.out.contains(words), "{words}: {}", told.out);
    }
    let all = node.json(&["room", "explain", "ops", "@rex"]);
    assert_eq!(all["items"].as_array().unwrap().len(), 10);
    let refused = node.mesh(&["--as", "rex", "say", "ops", "hello"]);
    assert_eq!(refused.code, 1);
    for words in [
        "decided by rule 'agents-read'",
        "@owner",
        "people decide here",
    ] {
        assert!(refused.err.contains(words), "{words}: {}", refused.err);
    }
    let refused = node.mesh(&["--as", "rex", "say", "ops", "hello", "--json"]);
    let problem: Value = serde_json::from_str(&refused.err).unwrap();
    assert_eq!(problem["rule"]["name"], "agents-read");
    assert_eq!(problem["rule"]["set_by"], "owner");
    assert_eq!(node.mesh(&["room", "explain", "ops", "rex", "fly"]).code, 2);
}

#[test]
fn members_are_muted_banned_and_let_in_again() {
    let node = with_rex();
    let may = |words: &str| node.mesh(&["--as", "rex", "say", "ops", words]).code == 0;
    assert!(may("one"));
    done(
        &node,
        &[
            "room", "mute", "ops", "rex", "--for", "10m", "--reason", "too loud",
        ],
    );
    assert!(!may("two"));
    let held = node.json(&["room", "restrained", "ops"]);
    assert_eq!(held["muted"][0]["participant"]["handle"], "rex");
    assert!(held["muted"][0]["until"].is_string(), "{held}");
    done(&node, &["room", "unmute", "ops", "@rex"]);
    assert!(may("three"));
    done(&node, &["room", "slow", "ops", "3600"]);
    // What was said before slow mode began does not count.
    assert!(may("four") && !may("four at once"));
    done(&node, &["room", "slow", "ops", "0"]);
    done(
        &node,
        &["room", "kick", "ops", "rex", "--reason", "calm down"],
    );
    assert!(!may("five"));
    done(&node, &["--as", "rex", "join", "ops"]);
    done(&node, &["room", "ban", "ops", "rex", "--reason", "spam"]);
    assert_eq!(node.mesh(&["--as", "rex", "join", "ops"]).code, 1);
    assert!(
        node.mesh(&["room", "restrained", "ops"])
            .out
            .contains("banned")
    );
    done(&node, &["room", "unban", "ops", "rex"]);
    done(&node, &["--as", "rex", "join", "ops"]);
    assert_eq!(
        node.mesh(&["--as", "rex", "room", "transfer", "ops", "rex"])
            .code,
        1
    );
    done(&node, &["room", "transfer", "ops", "rex"]);
    assert_eq!(
        node.mesh(&["room", "mute", "ops", "rex", "--for", "soon"])
            .code,
        2
    );
}

/// Everything waits for a moderator.
const EVERYTHING_WAITS: &str = "[guard]\nscan = \"all\"\nmark = 0\nquarantine = 0\nrefuse = 101\n";

#[test]
fn what_waits_is_released_or_rejected() {
    let node = with_rex();
    assert_eq!(set_rules(&node, EVERYTHING_WAITS).code, 0);
    for words in ["a good one", "a bad one"] {
        done(&node, &["--as", "rex", "say", "ops", words]);
    }
    let waiting = node.json(&["quarantine"]);
    let ids: Vec<&str> = waiting["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["message"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 2, "{waiting}");
    let listed = node.mesh(&["quarantine", "list", "--room", "ops"]).out;
    assert!(
        listed.contains("a good one") && listed.contains(ids[1]),
        "{listed}"
    );
    let texts = |node: &Node| {
        let page = node.json(&["--as", "rex", "read", "ops"]);
        let items = page["items"].as_array().unwrap().clone();
        let texts = items.iter().map(|item| item["text"].to_string());
        texts.collect::<String>()
    };
    assert!(!texts(&node).contains("good one"));
    let released = node.json(&["quarantine", "release", ids[0], "--reason", "harmless"]);
    assert!(released["posted"].is_string(), "{released}");
    let rejected = node.json(&["quarantine", "reject", ids[1], "--reason", "an attack"]);
    assert!(rejected.get("posted").is_none(), "{rejected}");
    let texts = texts(&node);
    assert!(
        texts.contains("good one") && !texts.contains("bad one"),
        "{texts}"
    );
    assert_eq!(node.json(&["quarantine"])["items"], json!([]));
    assert_eq!(node.mesh(&["quarantine", "release", ids[1]]).code, 1);
}

#[test]
fn redacted_words_are_in_no_file() {
    let words = "swordfish-in-the-kettle";
    let node = with_rex();
    let posted = node.json(&["say", "ops", words]);
    done(&node, &["say", "ops", "something else"]);
    assert!(
        !node.json(&["search", words])["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert!(!holding(&node.home(), words).is_empty());
    let id = posted["id"].as_str().unwrap();
    done(&node, &["room", "hold", "ops", "on"]);
    assert_eq!(node.mesh(&["redact", id, "--reason", "x"]).code, 1);
    done(&node, &["room", "hold", "ops", "off"]);
    done(&node, &["redact", id, "--reason", "holds a password"]);
    assert_eq!(node.json(&["search", words])["items"], json!([]));
    assert_eq!(node.json(&["read", "ops"])["items"][0]["redacted"], true);
    let folder = node.stop();
    let home = folder.path().join("home");
    assert_eq!(holding(&home, words), Vec::<String>::new());
    let verified = parsed(&mesh(&home, &["log", "verify", "--json"]));
    assert_eq!(
        (&verified["ok"], &verified["erased"]),
        (&json!(true), &json!(1)),
        "{verified}"
    );
}

#[test]
fn a_secret_is_in_no_file_and_in_no_output() {
    let value = "hunter2-and-a-half";
    let node = Node::start();
    let home = node.home();
    let set = fed(&home, &["secret", "set", "searx"], &format!("{value}\n"));
    assert_eq!(set.code, 0, "{}", set.err);
    let dashed = fed(&home, &["secret", "set", "searx", "-", "--json"], value);
    assert_eq!(parsed(&dashed)["version"], 2);
    let listed = node.mesh(&["secret", "list"]);
    let audited = node.mesh(&["audit", "--kind", "secret.*", "--json"]);
    for said in [&set, &dashed, &listed, &audited] {
        assert!(
            !said.out.contains(value) && !said.err.contains(value),
            "{said:?}"
        );
    }
    assert!(listed.out.contains("searx") && audited.out.contains("searx"));
    assert_eq!(holding(&home, value), Vec::<String>::new());
    done(&node, &["secret", "rm", "searx"]);
    assert_eq!(node.json(&["secret", "list"])["items"], json!([]));
    let folder = node.stop();
    assert_eq!(holding(folder.path(), value), Vec::<String>::new());
}

#[test]
fn the_audit_is_filtered_and_exported() {
    let node = with_rex();
    assert_eq!(set_rules(&node, RULES).code, 0);
    let of = |args: &[&str]| {
        let found = node.json(&[&["audit"], args].concat());
        let items = found["items"].as_array().unwrap().clone();
        let kinds = items
            .iter()
            .map(|item| item["type"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    assert_eq!(of(&["--kind", "room.policy_set"]), ["room.policy_set"]);
    assert_eq!(of(&["--room", "ops", "--limit", "1"]), ["room.policy_set"]);
    assert_eq!(
        of(&["--kind", "room.*", "--actor", "rex"]),
        ["room.member_joined"]
    );
    assert_eq!(of(&["--until", "2001-01-01"]), Vec::<String>::new());
    let shown = node.mesh(&["audit", "--room", "ops"]).out;
    assert!(
        shown.contains("@owner") && shown.contains("room=#ops"),
        "{shown}"
    );
    assert_eq!(node.mesh(&["audit", "--since", "yesterday"]).code, 2);
    let file = node.folder.path().join("audit.jsonl");
    let file_name = file.to_str().unwrap();
    let told = node.json(&["audit", "--export", file_name]);
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(told["events"], lines.len());
    let seqs: Vec<u64> = lines
        .iter()
        .map(|line| line["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, (1..=lines.len() as u64).collect::<Vec<_>>());
    let named = node.json(&["audit", "--kind", "room.policy_set", "--export", file_name]);
    assert_eq!(named["events"], 1);
}

#[test]
fn limits_are_shown_and_changed_one_by_one() {
    let node = Node::start();
    let before = node.json(&["limits"]);
    done(&node, &["limits", "set", "untrusted=7/70"]);
    let after = node.json(&["limits", "show"]);
    assert_eq!(after["untrusted"], json!({"per_second": 7, "burst": 70}));
    assert_eq!(after["address"], before["address"]);
    assert!(
        node.mesh(&["limits"])
            .out
            .contains("one untrusted participant")
    );
    assert_eq!(node.mesh(&["limits", "set", "nobody=1/1"]).code, 2);
}

#[test]
fn what_one_wants_to_hear_is_set_piece_by_piece() {
    let node = Node::start();
    node.json(&["call", "room.create", r#"{"name":"ops"}"#]);
    node.json(&["attention", "room", "#ops", "all"]);
    node.json(&[
        "attention",
        "quiet",
        "22:00-07:00",
        "--days",
        "fri,Sat",
        "--zone",
        "Europe/Berlin",
    ]);
    node.json(&["attention", "urgent", "yes"]);
    let held = node.json(&["attention", "silence", "2h"]);
    assert!(held["held_until"].is_string(), "{held}");
    assert_eq!(held["quiet"]["days"], serde_json::json!(["fri", "sat"]));
    assert_eq!(
        (held["rooms"][0]["hears"].as_str(), held["urgent"].as_bool()),
        (Some("all"), Some(true))
    );
    let shown = node.mesh(&["attention"]).out;
    for words in [
        "nothing disturbs until",
        "quiet 22:00-07:00 Europe/Berlin, fri sat",
        "#ops: every message",
    ] {
        assert!(shown.contains(words), "{shown}");
    }
    node.json(&["attention", "silence", "off"]);
    node.json(&["attention", "quiet", "off"]);
    let open = node.json(&["attention", "room", "ops", "mentions"]);
    assert_eq!(
        (&open["rooms"], open.get("quiet"), open.get("silent_until")),
        (&serde_json::json!([]), None, None)
    );
    for (wrong, word) in [
        (["quiet", "late"], "22:00-07:00"),
        (["silence", "long"], "2h"),
        (["room", "nowhere"], "room"),
    ] {
        let said = node.mesh(&[&["attention"][..], &wrong[..]].concat());
        assert!(said.code != 0 && said.err.contains(word), "{}", said.err);
    }
    assert!(
        node.mesh(&["attention", "browsers"])
            .out
            .contains("No browser is told")
    );
}

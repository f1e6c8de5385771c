//! Observers against a real node: what they say and where, that they go on where they were, and that a dry run says nothing.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::node::{Node, command};

/// An observer that runs as an agent of its own.
struct Observer {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Observer {
    fn start(node: &Node, name: &str, more: &[&str]) -> Observer {
        let mut child = command(&node.home())
            .args(["observe", name, "--as", "lookout", "--json"])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        // From here on it hears what happens.
        while Observer::read(&mut out).get("caught_up").is_none() {}
        Observer { child, out }
    }

    fn read(out: &mut BufReader<ChildStdout>) -> Value {
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: '{line}'"))
    }

    /// The next claim: its rule and the places it rests on.
    fn claim(&mut self) -> (String, Vec<u64>) {
        let said = Observer::read(&mut self.out);
        assert_eq!(said["published"], true, "{said}");
        brief(&said["claim"])
    }

    fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn brief(claim: &Value) -> (String, Vec<u64>) {
    let evidence = claim["evidence"].as_array().unwrap().iter();
    let places = evidence.map(|one| one["seq"].as_u64().unwrap()).collect();
    (claim["rule"].as_str().unwrap().to_owned(), places)
}

fn workshop() -> Node {
    let node = Node::start();
    node.json(&["call", "room.create", r#"{"name":"workshop"}"#]);
    for handle in ["rex", "tom"] {
        node.json(&["register", handle]);
        let member = json!({"room": "workshop", "participant": handle});
        node.json(&["call", "member.add", &member.to_string()]);
    }
    node
}

fn seq(done: &Value) -> u64 {
    done["seq"].as_u64().unwrap_or_else(|| panic!("{done}"))
}

/// The claims that stand in the room, as anybody there reads them.
fn published(node: &Node) -> Vec<(String, Vec<u64>)> {
    let page = node.json(&[
        "call",
        "event.list",
        r#"{"types":["event.published"],"limit":100}"#,
    ]);
    let claims = page["items"].as_array().unwrap().iter();
    let claims = claims.inspect(|item| assert_eq!(item["from"]["handle"], "lookout"));
    claims.map(|item| brief(&item["data"]["payload"])).collect()
}

#[test]
fn a_conflict_is_told_in_its_room_once_and_across_a_restart() {
    let node = workshop();
    let mut observer = Observer::start(&node, "conflicts", &["--yes", "--join", "workshop"]);

    let lease = node.json(&["lease", "take", "workshop", "src/parser/**", "--as", "rex"]);
    let said = node.json(&[
        "say",
        "workshop",
        "I'm editing src/parser/mod.rs now.",
        "--as",
        "tom",
    ]);
    let one_file = ("one-file".to_owned(), vec![seq(&lease), seq(&said)]);
    assert_eq!(observer.claim(), one_file);
    observer.stop();

    // What happens while it is away it finds afterwards.
    for handle in ["rex", "tom"] {
        let task = json!({"room": "workshop", "tasks": [{
            "title": "Fix the flaky login test", "prompt": "The login test fails now and then. Find out why."
        }]});
        node.json(&["call", "task.create", &task.to_string(), "--as", handle]);
    }
    let observer = Observer::start(&node, "conflicts", &[]);
    observer.stop();
    let told = published(&node);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], one_file);
    assert_eq!(told[1].0, "doubled-work");

    // A dry run finds the same and publishes nothing; its thresholds are data.
    let dry = |more: &[&str]| {
        let said = node.mesh(&[&["observe", "conflicts", "--dry-run", "--json"], more].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        let lines = said
            .out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let claims = lines.filter(|line| line.get("claim").is_some());
        claims.map(|line| brief(&line["claim"])).collect::<Vec<_>>()
    };
    assert_eq!(dry(&[]), told);
    assert_eq!(dry(&["--set", "claims-per-hour=1"]), told[..1]);
    let later = told[0].1[1].to_string();
    assert_eq!(dry(&["--since", &later]), told[1..]);
    assert_eq!(published(&node), told);

    // From the beginning again by its own word: what was said is not said twice.
    Observer::start(&node, "conflicts", &["--since", "0"]).stop();
    assert_eq!(published(&node), told);

    // What its person does counts in a dry run as well.
    let third = json!({"room": "workshop", "tasks": [{
        "title": "Fix the flaky login test", "prompt": "Find out why the login test fails now and then."
    }]});
    node.json(&["call", "task.create", &third.to_string()]);
    assert_eq!(dry(&[]).len(), told.len() + 1);
}

#[test]
fn a_claim_can_be_told_to_whom_it_concerns() {
    let node = workshop();
    let mut observer = Observer::start(
        &node,
        "conflicts",
        &["--yes", "--join", "workshop", "--tell"],
    );
    node.json(&[
        "say",
        "workshop",
        "Decision: use Postgres for the job queue.",
        "--as",
        "rex",
    ]);
    node.json(&[
        "say",
        "workshop",
        "Decision: use SQLite for the job queue.",
        "--as",
        "tom",
    ]);
    assert_eq!(observer.claim().0, "contradiction");
    let inbox = node.json(&["inbox", "--as", "rex"]);
    let text = inbox.to_string();
    assert!(
        text.contains("conflict-alert") && text.contains("decided otherwise"),
        "{text}"
    );
}

#[test]
fn what_two_rooms_have_in_common_is_told_to_who_reads_both_and_to_nobody_else() {
    let node = Node::start();
    for room in ["workshop", "attic"] {
        let room = json!({"name": room, "access": "private"});
        node.json(&["call", "room.create", &room.to_string()]);
    }
    for (handle, rooms) in [
        ("rex", &["workshop"][..]),
        ("tom", &["attic"]),
        ("ann", &["workshop", "attic"]),
    ] {
        node.json(&["register", handle]);
        for room in rooms {
            let member = json!({"room": room, "participant": handle});
            node.json(&["call", "member.add", &member.to_string()]);
        }
    }
    let join = ["--yes", "--join", "workshop", "--join", "attic"];
    let mut observer = Observer::start(&node, "resonance", &join);
    let first = "The importer of Oslo loses rows when the nightly ledger is compacted in src/ledger/merge.rs";
    let second = "Rows vanish from the ledger: the importer of Oslo and the compaction meet in src/ledger/merge.rs";
    let first = node.json(&["say", "workshop", first, "--as", "rex"]);
    let second = node.json(&["say", "attic", second, "--as", "tom"]);
    assert_eq!(
        observer.claim(),
        ("two-strands".to_owned(), vec![seq(&first), seq(&second)])
    );
    assert_eq!(published(&node), []);
    let told = |handle: &str| {
        let inbox = node.json(&["inbox", "--as", handle]).to_string();
        inbox.contains("are about the same thing")
    };
    assert_eq!(
        [told("ann"), told("rex"), told("tom")],
        [true, false, false]
    );
}

#[test]
fn what_makes_no_sense_is_refused_with_what_there_is() {
    let node = workshop();
    for (args, words) in [
        (
            &["observe", "ghosts", "--as", "lookout"][..],
            "there are conflicts, hygiene, first-officer",
        ),
        (&["observe", "conflicts"], "name an agent"),
        (
            &["observe", "conflicts", "--dry-run", "--set", "similar=500"],
            "'similar' is 30 to 100, not 500",
        ),
        (
            &["observe", "conflicts", "--dry-run", "--set", "alike=5"],
            "there is no threshold 'alike'",
        ),
    ] {
        let said = node.mesh(args);
        assert_ne!(said.code, 0);
        assert!(said.err.contains(words), "{args:?}: {}", said.err);
    }
    let list = node.json(&["observe", "--list"]);
    assert_eq!(list[0]["publishes"][0]["type"], "conflict-alert");
}

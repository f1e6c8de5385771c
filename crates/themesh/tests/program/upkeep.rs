//! A worker that has nothing to do: what it gives itself, and that whatever else comes goes first.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use mesh_model::events::TaskState;
use mesh_model::ops::{MemorySet, RoomCreate, TaskCreate, TaskGet, TaskList};
use serde_json::{Value, json};

use super::node::{Node, command};

/// A worker with a line of output for each thing that it says.
struct Works {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Works {
    /// The next thing that it says which fits.
    fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.lines.next().expect("the worker ended").unwrap();
            let said: Value = serde_json::from_str(&line).unwrap();
            if fits(&said) {
                return said;
            }
        }
    }

    fn ended(&mut self, title: &str) -> Value {
        self.until(|said| said["event"] == "ended" && said["title"] == title)
    }
}

impl Drop for Works {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn node() -> Node {
    let node = Node::start();
    node.call::<RoomCreate>(json!({"name": "ops"}));
    node.json(&["register", "rex", "--kind", "agent", "--preset", "worker"]);
    node
}

fn remember(node: &Node, count: u32) {
    for n in 0..count {
        let memory = json!({"participant": "rex", "key": format!("m{n}"), "text": format!("The build has {n} steps.")});
        node.call::<MemorySet>(memory);
    }
}

fn work(node: &Node, program: &str) -> Works {
    let mut work = command(&node.home());
    work.args(["--as", "rex", "--json", "work", "--yes", "--join", "ops"])
        .args(["--sandbox", "off", "--command", program])
        .args(["--upkeep", "ops", "--upkeep-after", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let mut child = work.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    Works { child, lines }
}

const TIDY: &str = "Tidy what @rex remembers";

#[test]
fn an_idle_worker_tidies_its_memories_once_and_a_person_has_the_last_word() {
    let node = node();
    remember(&node, 5);
    let mut works = work(&node, r#"echo '{"changes": []}'"#);
    let said = works.until(|said| {
        let line = said["line"].as_str().unwrap_or_default();
        line.starts_with("has nothing to do")
    });
    assert_eq!(
        said["line"],
        "has nothing to do and tidies what it remembers"
    );
    assert_eq!(works.ended(TIDY)["how"], "done");
    // What comes after shows that nothing of the kind was begun in between.
    node.call::<TaskCreate>(
        json!({"room": "ops", "tasks": [{"title": "Wanted", "prompt": "Do it."}]}),
    );
    works.ended("Wanted");
    drop(works);
    let mut works = work(&node, r#"echo '{"changes": []}'"#);
    node.call::<TaskCreate>(
        json!({"room": "ops", "tasks": [{"title": "More", "prompt": "Do it."}]}),
    );
    works.ended("More");
    let list = node.call::<TaskList>(json!({"room": "ops"}));
    let own = list.items.iter().filter(|task| {
        let title = task.title.as_deref();
        title.is_some_and(|title| title == TIDY)
    });
    assert_eq!(own.count(), 1, "it rests, also when it is started anew");
}

#[test]
fn what_it_began_by_itself_is_given_up_for_what_others_want() {
    let node = node();
    remember(&node, 5);
    // Its own task would never end.
    let program =
        r#"sh -c 'read -r first; case "$first" in *memories*) sleep 600;; *) echo done;; esac'"#;
    let mut works = work(&node, program);
    works.until(|said| said["event"] == "taken" && said["title"] == TIDY);
    let made = node.call::<TaskCreate>(
        json!({"room": "ops", "tasks": [{"title": "Wanted", "prompt": "Do it."}]}),
    );
    assert_eq!(works.ended("Wanted")["how"], "done");
    let wanted = made.tasks[0].id.to_string();
    let wanted = node.call::<TaskGet>(json!({"task": wanted}));
    assert_eq!(wanted.task.state, TaskState::Done);
    let list = node.call::<TaskList>(json!({"room": "ops", "states": ["cancelled"]}));
    assert_eq!(list.items.len(), 1);
    let given_up = list.items[0].title.as_deref();
    assert!(given_up.is_some_and(|title| title == TIDY), "{list:?}");
}

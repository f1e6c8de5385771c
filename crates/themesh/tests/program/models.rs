//! A worker with several models: which of them is asked, and what it has learned afterwards. The models are scripts.

use std::process::Stdio;

use mesh_model::events::TaskState;
use mesh_model::ops::{RoomCreate, TaskCreate, TaskGet};
use mesh_script::{Scenario, Script};
use serde_json::{Value, json};

use super::node::{Node, command};

/// The small one does what is easy, the large one everything.
const SCENARIO: &str = r#"
[[step]]
model = "small"
user = "hard"
text = ["I am not sure."]
usage = { input = 1000, output = 1000 }

[[step]]
model = "small"
text = ['{"answer": 1}']
usage = { input = 1000, output = 1000 }

[[step]]
model = "large"
text = ['{"answer": 42}']
usage = { input = 1000, output = 1000 }
"#;

const PRICES: &str = "[models]\nsmall = { in = 1000000, out = 1000000 }\nlarge = { in = 20000000, out = 20000000 }\n";

struct Stage {
    node: Node,
    script: Script,
    _runtime: tokio::runtime::Runtime,
}

impl Stage {
    fn new() -> Stage {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let scenario = Scenario::parse(SCENARIO).unwrap();
        let script = runtime.block_on(Script::start_here(scenario)).unwrap();
        let node = Node::start();
        std::fs::write(node.home().join("prices.toml"), PRICES).unwrap();
        node.call::<RoomCreate>(json!({"name": "ops"}));
        Stage {
            node,
            script,
            _runtime: runtime,
        }
    }

    /// Tasks with a check that the node runs.
    fn create(&self, prompts: &[&str]) -> Vec<String> {
        let check = json!({"type": "object", "required": ["answer"], "properties": {"answer": {"type": "integer"}}});
        let tasks: Vec<_> = prompts
            .iter()
            .map(|prompt| json!({"prompt": prompt, "check": check, "backoff_ms": 0}))
            .collect();
        let created = self
            .node
            .call::<TaskCreate>(json!({"room": "ops", "tasks": tasks}));
        created
            .tasks
            .iter()
            .map(|task| task.id.to_string())
            .collect()
    }

    /// A worker that ends after so many attempts; what it said.
    fn work(&self, attempts: u32) -> Vec<Value> {
        let mut work = command(&self.node.home());
        work.args(["--as", "rex", "--json", "work", "--yes", "--join", "ops"])
            .args(["--runner", "openai", "--api", &self.script.url()])
            .args(["--model", "small", "--model", "large"])
            .args(["--tasks", &attempts.to_string()])
            .env("OPENAI_API_KEY", "scripted")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let said = work.spawn().unwrap().wait_with_output().unwrap();
        let text = String::from_utf8(said.stdout).unwrap();
        assert!(
            said.status.success(),
            "{text} {}",
            String::from_utf8_lossy(&said.stderr)
        );
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The model that made a task's result.
    fn answered(&self, task: &str) -> String {
        let got = self.node.call::<TaskGet>(json!({"task": task}));
        assert_eq!(got.task.state, TaskState::Done);
        let got = serde_json::to_value(got).unwrap();
        got["result"]["cost"]["model"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    fn learned(&self) -> Value {
        let mut models = command(&self.node.home());
        models.args(["--as", "rex", "--json", "work", "--models"]);
        let said = models.output().unwrap();
        assert!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        serde_json::from_slice(&said.stdout).unwrap()
    }
}

/// A number of a model, over all kinds of tasks.
fn sum(learned: &Value, model: &str, of: &str) -> u64 {
    let models = learned["models"].as_array().unwrap().iter();
    let rows = models.filter(|row| row["model"] == model);
    rows.map(|row| row[of].as_u64().unwrap()).sum()
}

#[test]
fn a_task_that_a_model_failed_at_goes_to_the_other_and_what_was_learned_is_kept() {
    let stage = Stage::new();
    // As long as it is, it is of another kind than the easy ones.
    let question = format!("A hard question. {}", "It goes on and on. ".repeat(60));
    let hard = stage.create(&[&question]).remove(0);
    let said = stage.work(2);
    let notes: Vec<_> = said.iter().filter_map(|it| it["line"].as_str()).collect();
    let asked: Vec<_> = notes
        .iter()
        .filter(|line| line.starts_with("asks "))
        .collect();
    assert!(
        asked[0].starts_with("asks small: nothing of this kind"),
        "{asked:?}"
    );
    assert!(
        asked[1].starts_with("asks large, after another one failed"),
        "{asked:?}"
    );
    assert_eq!(stage.answered(&hard), "large");
    // What was found is in the file, whether it was heard before the worker went or is heard by the next one.
    let easy = stage.create(&["An easy question."; 12]);
    stage.work(12);
    let models: Vec<_> = easy.iter().map(|task| stage.answered(task)).collect();
    assert!(models.iter().any(|model| model == "small"), "{models:?}");
    let learned = stage.learned();
    assert_eq!(sum(&learned, "small", "bad"), 1, "{learned}");
    assert_eq!(
        sum(&learned, "small", "asked") + sum(&learned, "large", "asked"),
        14
    );
    assert!(
        learned["saved"]["spent"].as_u64() < learned["saved"]["always"].as_u64(),
        "{learned}"
    );
    assert_eq!(stage.learned(), learned, "looking changes nothing");
    assert_eq!(stage.script.unmatched(), [""; 0]);
}

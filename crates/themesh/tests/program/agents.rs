//! A worker with a real agent program: it takes a task, speaks in the mesh, asks before it acts, and hands in its work.
//! The model behind the program is a script.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use mesh_model::Seq;
use mesh_model::api::{ApprovalView, TaskView};
use mesh_model::events::TaskState;
use mesh_model::ops::{
    ApprovalDecide, ApprovalList, MemberCapabilities, MessageSearch, TaskCreate, TaskGet,
};
use mesh_script::{Scenario, Script};
use mesh_sdk::{Client, Filter, Options};
use serde_json::json;
use tokio::runtime::Runtime;

use super::node::{Node, command, said};

/// The folder with the programs that others wrote, or none after having told the report that this one is missing.
pub fn peers(program: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("MESH_PEERS").map(PathBuf::from)
        && folder.join("bin").join(program).exists()
    {
        return Some(folder);
    }
    let reason = format!(
        "{program}: the program is not installed; `make test` installs it, or set MESH_PEERS to what tests/peers/install.sh prints last"
    );
    eprintln!("{reason}");
    if let Some(path) = std::env::var_os("MESH_SKIPS") {
        let mut skips = std::fs::OpenOptions::new();
        let mut skips = skips.append(true).create(true).open(path).unwrap();
        writeln!(skips, "{reason}").unwrap();
    }
    None
}

/// A node, an agent that may run commands in `general`, a repository, and a scripted server.
struct Stage {
    node: Node,
    repo: PathBuf,
    peers: PathBuf,
    script: Script,
    runtime: Runtime,
}

impl Stage {
    fn new(peers: PathBuf) -> Stage {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let scenario =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../mesh-script/scenarios/worker.toml");
        let scenario = Scenario::read(&scenario).unwrap();
        let script = runtime.block_on(Script::start_here(scenario)).unwrap();
        let node = Node::start();
        node.json(&["register", "rex"]);
        let joined = node.mesh(&["--as", "rex", "join", "general"]);
        assert_eq!(joined.code, 0, "{}", joined.err);
        node.call::<MemberCapabilities>(json!({
            "room": "general", "participant": "rex", "capabilities": ["speak", "listen", "execute"],
        }));
        let repo = node.folder.path().join("repo");
        std::fs::create_dir_all(node.folder.path().join("user")).unwrap();
        git(node.folder.path(), &["init", "-q", "repo"]);
        std::fs::write(repo.join("README.md"), "A repository.\n").unwrap();
        git(&repo, &["add", "."]);
        git(&repo, &["commit", "-qm", "Begin"]);
        Stage {
            node,
            repo,
            peers,
            script,
            runtime,
        }
    }

    /// Starts a worker that ends after one task, with an environment in which only the program and its key are known.
    fn worker(&self, runner: &str, api: &str, key: &str, more: &[&str]) -> Child {
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", self.peers.join("bin").display());
        let mut worker = command(&self.node.home());
        worker
            .args([
                "--as", "rex", "work", "--once", "--json", "--runner", runner,
            ])
            .args(["--api", &format!("{}{api}", self.script.url())])
            .args(["--env", key])
            .arg("--repo")
            .arg(&self.repo)
            .args(more)
            .env_clear()
            .env("HOME", self.node.folder.path().join("user"))
            .env("PATH", path)
            .env(key, "scripted")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        worker.spawn().unwrap()
    }

    fn task(&self) -> TaskView {
        let created = self.node.call::<TaskCreate>(json!({
            "room": "general", "tasks": [{"title": "Report", "prompt": "Write the report."}],
        }));
        self.node
            .call::<TaskGet>(json!({"task": created.tasks[0].id}))
            .task
    }

    /// Waits for the first question to a person.
    fn question(&self) -> ApprovalView {
        let token = std::fs::read_to_string(self.node.home().join("owner.token")).unwrap();
        let options = Options::new(self.node.url.as_str(), token.trim());
        self.runtime.block_on(async {
            let client = Client::connect(options).await.unwrap();
            let filter = Filter {
                after: Some(Seq(0)),
                types: vec!["approval.requested".into()],
                ..Filter::default()
            };
            let mut items = client.subscribe(filter).await.unwrap();
            items.next().await.expect("a question");
        });
        let mut waiting = self.node.call::<ApprovalList>(json!({})).items;
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        waiting.remove(0)
    }

    /// Waits for the worker's end and gives the task as it is then.
    fn ended(&self, worker: Child, task: &TaskView) -> TaskView {
        let said = said(worker.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{} {}", said.out, said.err);
        let task = self.node.call::<TaskGet>(json!({"task": task.id})).task;
        assert_eq!(
            task.state,
            TaskState::Done,
            "{} {:?}",
            said.out,
            self.script.unmatched()
        );
        assert_eq!(self.script.unmatched(), [""; 0]);
        task
    }

    /// What came of the task: the answer, the diff, what it cost, and what the agent said on its way.
    fn was_done(&self, task: &TaskView, tokens: u64) {
        let result = task.result.as_ref().expect("a result");
        let output = result.output.as_ref().expect("an output");
        assert_eq!(output.text, "The report is written.");
        let data = output.data.as_ref().expect("what changed");
        let diff = data["diff"].as_str().unwrap_or_default();
        assert!(
            diff.contains("+++ b/report.txt") && diff.contains("+made"),
            "{data:?}"
        );
        assert!(
            !self.repo.join("report.txt").exists(),
            "it worked on a copy"
        );
        assert_eq!(result.cost.spend.tokens, tokens);
        let found = self
            .node
            .call::<MessageSearch>(json!({"q": "begin with the report"}));
        assert_eq!(
            found.items.len(),
            1,
            "the agent has spoken with its own tools"
        );
    }
}

fn git(folder: &Path, args: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@t.example"])
        .args(args)
        .current_dir(folder)
        .status()
        .unwrap();
    assert!(done.success(), "git {args:?}");
}

#[test]
fn claude_code_takes_a_task_and_asks_a_person_before_it_runs_a_command() {
    let Some(peers) = peers("claude") else { return };
    let stage = Stage::new(peers);
    let task = stage.task();
    let worker = stage.worker("claude", "", "ANTHROPIC_API_KEY", &[]);
    let asked = stage.question();
    assert_eq!(asked.task, Some(task.id));
    assert_eq!(asked.from.handle, "rex");
    let question = asked.question.expect("words");
    assert!(question.contains("echo made > report.txt"), "{question}");
    let yes = json!({"approval": asked.id, "approve": true, "reason": "go on"});
    stage.node.call::<ApprovalDecide>(yes);
    let task = stage.ended(worker, &task);
    // As the scenario says: 100 + 50 and 10 and 20 + 10 in, 20 and 10 and 40 out.
    stage.was_done(&task, 260);
    let cost = task.result.expect("a result").cost;
    assert!(cost.spend.micros > 0, "{cost:?}");
}

#[test]
fn codex_takes_a_task_and_works_in_its_sandbox() {
    let Some(peers) = peers("codex") else { return };
    let stage = Stage::new(peers);
    let task = stage.task();
    let worker = stage.worker("codex", "/v1", "OPENAI_API_KEY", &["--model", "scripted"]);
    let task = stage.ended(worker, &task);
    stage.was_done(&task, 260);
}

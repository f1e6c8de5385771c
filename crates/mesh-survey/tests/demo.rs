//! The demo on a random repository: the programs' answers and the workers' results against git and wc on their own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use mesh_model::api::Message;
use mesh_model::events::TaskState;
use mesh_model::ops::{MessageList, MessagePost, Operation, TaskGet, TaskList, TaskProvenance};
use mesh_sdk::http::Http;
use mesh_sdk::{Client, Filter, Items, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A node with the demo beside it, in a process of its own.
struct Node {
    home: TempDir,
    url: String,
    child: Child,
    /// Kept: a closed pipe would end the node's words.
    _out: BufReader<ChildStdout>,
}

impl Node {
    fn start(home: TempDir, dir: &str) -> Node {
        let survey = env!("CARGO_BIN_EXE_mesh-survey");
        let mesh = Path::new(survey).with_file_name("mesh");
        assert!(mesh.is_file(), "build it first: cargo build -p themesh");
        let mut command = Command::new(mesh);
        for name in ["MESH_HOME", "MESH_URL", "MESH_AS", "MESH_TOKEN", "MESH_LOG"] {
            command.env_remove(name);
        }
        let mut child = command
            .arg("--home")
            .arg(home.path())
            .args(["up", "--listen", "127.0.0.1:0", "--json", "--with"])
            .arg(format!("'{survey}' '{dir}'"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let said: Value =
            serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: '{line}'"));
        Node {
            home,
            url: said["url"].as_str().unwrap().to_owned(),
            child,
            _out: out,
        }
    }

    /// Asks the node to stop and waits until it and the demo have.
    fn stop(mut self) -> TempDir {
        let pid = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(asked.unwrap().success());
        assert!(self.child.wait().unwrap().success());
        std::mem::replace(&mut self.home, tempfile::tempdir().unwrap())
    }

    fn token(&self) -> String {
        let token = fs::read_to_string(self.home.path().join("owner.token")).unwrap();
        token.trim().to_owned()
    }

    /// Calls an operation as the owner; the input is JSON.
    fn call<O: Operation>(&self, input: Value) -> O::Output {
        let http = Http::new(&self.url, Some(self.token()));
        http.call::<O>(serde_json::from_value(input).unwrap())
            .unwrap()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(dir: &Path, program: &str, args: &[&str]) -> String {
    run_as("nobody", dir, program, args)
}

/// What git takes from the environment is set, whatever the machine's own settings are.
fn run_as(author: &str, dir: &Path, program: &str, args: &[&str]) -> String {
    let email = format!("{author}@example.com");
    let output = Command::new(program)
        .current_dir(dir)
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs([("GIT_AUTHOR_NAME", author), ("GIT_COMMITTER_NAME", author)])
        .envs([
            ("GIT_AUTHOR_EMAIL", &email),
            ("GIT_COMMITTER_EMAIL", &email),
        ])
        .env("GIT_AUTHOR_DATE", "2026-03-04T05:06:07Z")
        .env("GIT_COMMITTER_DATE", "2026-03-04T05:06:07Z")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{program} {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A repository with several languages and authors, and a file that git ignores.
fn repository() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), "git", &["init", "-q"]);
    fs::create_dir_all(dir.path().join("src/deep er")).unwrap();
    fs::write(dir.path().join(".gitignore"), "big.rs\n").unwrap();
    fs::write(dir.path().join("big.rs"), "x\n".repeat(9_000)).unwrap();
    let commit = |author: &str, files: &[(&str, usize)]| {
        for (path, lines) in files {
            fs::write(dir.path().join(path), "let x = 1;\n".repeat(*lines)).unwrap();
        }
        run_as(author, dir.path(), "git", &["add", "-A"]);
        run_as(author, dir.path(), "git", &["commit", "-qm", "work"]);
    };
    commit("ana", &[("src/main.rs", 321), ("tool.py", 77)]);
    commit("ana", &[("src/deep er/ünï.rs", 1_234)]);
    commit("ben", &[("src/main.rs", 333), ("README.md", 5)]);
    fs::write(dir.path().join("Makefile"), "test:\n\ttrue\n").unwrap();
    commit("ana", &[]);
    dir
}

struct Ear {
    client: Client,
    items: Items,
}

impl Ear {
    async fn new(node: &Node) -> Ear {
        Ear::of(node, "message.posted").await
    }

    async fn of(node: &Node, kind: &str) -> Ear {
        let client = Client::connect(Options::new(&node.url, node.token()))
            .await
            .unwrap();
        let filter = Filter {
            after: Some(mesh_model::Seq::ZERO),
            types: vec![kind.to_owned()],
            ..Filter::default()
        };
        let items = client.subscribe(filter).await.unwrap();
        Ear { client, items }
    }

    /// Waits for a message that `wanted` takes.
    async fn hear(&mut self, wanted: impl Fn(&Message) -> bool) -> String {
        loop {
            let item = self.items.next().await.unwrap();
            let message = item.message().unwrap();
            if wanted(&message) {
                return message.text.into_inner();
            }
        }
    }

    async fn ask(&mut self, room: &str, question: &str) -> String {
        let posted = self
            .client
            .call::<MessagePost>(
                serde_json::from_value(json!({"room": room, "text": question})).unwrap(),
            )
            .await
            .unwrap();
        self.hear(|message| message.reply_to == Some(posted.id))
            .await
    }
}

#[tokio::test]
async fn three_programs_survey_and_answer() {
    let repository = repository();
    let room = format!(
        "code-{}",
        repository
            .path()
            .file_name()
            .unwrap()
            .to_string_lossy()
            .to_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "-")
            .trim_matches('-')
    );
    let dir = repository.path().to_str().unwrap().to_owned();
    let node = Node::start(tempfile::tempdir().unwrap(), &dir);
    let mut ear = Ear::new(&node).await;
    // In whatever order they report.
    let mut silent = vec!["surveyor", "historian", "builder"];
    while !silent.is_empty() {
        let item = ear.items.next().await.unwrap();
        silent.retain(|program| {
            item.from
                .as_ref()
                .is_none_or(|from| from.handle != *program)
        });
    }
    let largest = ear.ask(&room, "@surveyor largest Rust files?").await;
    let lines = run(
        repository.path(),
        "wc",
        &["-l", "src/deep er/ünï.rs", "src/main.rs"],
    );
    assert!(lines.contains("1234") && lines.contains("333"));
    let first = largest
        .find("ünï.rs: 1,234 lines")
        .unwrap_or_else(|| panic!("{largest}"));
    let second = largest
        .find("src/main.rs: 333 lines")
        .unwrap_or_else(|| panic!("{largest}"));
    assert!(first < second && !largest.contains("big.rs"), "{largest}");
    let commits = run(repository.path(), "git", &["rev-list", "--count", "HEAD"]);
    let answer = ear.ask(&room, "@historian how many commits?").await;
    assert!(answer.contains(commits.trim()), "{answer}");
    let most = ear.ask(&room, "@historian who committed most?").await;
    assert!(
        most.find("ana").unwrap() < most.find("ben").unwrap(),
        "{most}"
    );
    let tests = ear.ask(&room, "@builder how do I run the tests?").await;
    assert!(tests.contains("make test"), "{tests}");

    pipeline(&node, &room, repository.path()).await;

    // Started again, the programs neither report nor answer a second time.
    let before = node
        .call::<MessageList>(json!({"room": room, "limit": 500}))
        .items
        .len();
    drop(ear);
    let folder = tokio::task::spawn_blocking(move || node.stop())
        .await
        .unwrap();
    let node = Node::start(folder, &dir);
    let mut ear = Ear::new(&node).await;
    let again = ear.ask(&room, "@surveyor which languages?").await;
    assert!(again.contains("Rust"), "{again}");
    let after = node
        .call::<MessageList>(json!({"room": room, "limit": 500}))
        .items
        .len();
    assert_eq!(after, before + 2, "one question and one answer");
    let tasks = node.call::<TaskList>(json!({"room": room})).items;
    assert_eq!(tasks.len(), 3, "the work is done once");
    drop(ear);
    tokio::task::spawn_blocking(move || node.stop())
        .await
        .unwrap();
}

/// Three workers did three tasks: what they say is so, and they signed it.
async fn pipeline(node: &Node, room: &str, repository: &Path) {
    let mut ear = Ear::of(node, "task.finished").await;
    for _ in 0..3 {
        ear.items.next().await.unwrap();
    }
    let tasks = node.call::<TaskList>(json!({"room": room})).items;
    let of = |capability: &str| {
        let of = |task: &&mesh_model::api::TaskView| task.capability.as_deref() == Some(capability);
        let task = tasks.iter().find(of).unwrap();
        assert_eq!(task.state, TaskState::Done, "{capability}");
        // Lists leave the words out.
        let detail = node.call::<TaskGet>(json!({"task": task.id}));
        (task.id, detail.task.result.unwrap().output.unwrap())
    };
    let data = |capability: &str| json!(of(capability).1.data.unwrap());
    let files = run(repository, "git", &["ls-files", "-z"]);
    let files: Vec<&str> = files.split_terminator('\0').collect();
    let counted = run(repository, "wc", &[&["-l"], &files[..]].concat());
    let lines = counted.lines().last().unwrap().split_whitespace().next();
    let lines: u64 = lines.unwrap().parse().unwrap();
    for step in ["survey", "summarise"] {
        let found = data(step);
        assert_eq!(found["files"], files.len(), "{found}");
        assert_eq!(found["lines"], lines, "{found}");
    }
    let tested = data("test");
    assert_eq!(
        (&tested["command"], &tested["good"]),
        (&json!("make test"), &json!(true)),
        "{tested}"
    );
    let (last, output) = of("summarise");
    assert!(output.text.contains("make test"), "{}", output.text);
    let made = node.call::<TaskProvenance>(json!({ "task": last }));
    assert!(made.holds, "{:?}", made.broken);
    assert_eq!((made.results.len(), made.unsigned.len()), (3, 0));
}

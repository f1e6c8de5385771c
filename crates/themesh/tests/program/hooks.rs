//! Messages handed into a real program by its hooks: they are in the model's requests, and count as read only then.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use mesh_script::{Scenario, Script};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::agents::peers;
use super::node::{Node, Said, binary, command, said};

/// A node, an agent whose program has the hooks, and a scripted model.
pub struct Stage {
    pub node: Node,
    pub peers: PathBuf,
    pub script: Script,
    pub runtime: Runtime,
}

impl Stage {
    fn new(peers: PathBuf) -> Stage {
        Stage::playing(peers, "hooks")
    }

    /// The same with another scenario.
    pub fn playing(peers: PathBuf, scenario: &str) -> Stage {
        let node = Node::start();
        node.json(&["register", "rex"]);
        let folder = node.folder.path();
        for name in ["user", "project"] {
            std::fs::create_dir(folder.join(name)).unwrap();
        }
        // Questions that the program asks people once.
        let project = std::fs::canonicalize(folder.join("project")).unwrap();
        let asked = json!({
            "hasCompletedOnboarding": true,
            "customApiKeyResponses": {"approved": ["scripted"], "rejected": []},
            "projects": {project.to_str().unwrap(): {"hasTrustDialogAccepted": true, "allowedTools": []}},
        });
        std::fs::write(folder.join("user/.claude.json"), asked.to_string()).unwrap();
        let say = format!(
            "'{}' --home '{}' dm rex 'the second word'",
            binary().display(),
            node.home().display()
        );
        let scenario = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../mesh-script/scenarios/{scenario}.toml"));
        let scenario = std::fs::read_to_string(scenario).unwrap();
        let path = folder.join("hooks.toml");
        std::fs::write(&path, scenario.replace("$COMMAND", &say)).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let scenario = Scenario::read(&path).unwrap();
        let script = runtime.block_on(Script::start_here(scenario)).unwrap();
        let installed = command(&node.home())
            .args(["--as", "rex", "install", "claude-code", "--yes"])
            .env("HOME", folder.join("user"))
            .env_remove("CLAUDE_CONFIG_DIR")
            .output()
            .unwrap();
        assert_eq!(said(installed).code, 0);
        Stage {
            node,
            peers,
            script,
            runtime,
        }
    }

    /// One run of the program, from its start to its end.
    fn claude(&self, prompt: &str) -> Said {
        let done = self
            .program()
            .args(["-p", prompt, "--allowedTools", "Bash"])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        said(done)
    }

    /// The program, where its user works.
    pub fn program(&self) -> Command {
        let folder = self.node.folder.path();
        let mut program = Command::new(self.peers.join("bin/claude"));
        program
            .current_dir(folder.join("project"))
            .env_clear()
            .env("HOME", folder.join("user"))
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("ANTHROPIC_BASE_URL", self.script.url())
            .env("ANTHROPIC_API_KEY", "scripted")
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        program
    }

    /// Where the message with this text stands with its recipient.
    pub fn standing(&self, text: &str) -> Value {
        let found = self
            .node
            .json(&["call", "message.search", &json!({"q": text}).to_string()]);
        let message = json!({"message": found["items"][0]["message"]["id"]}).to_string();
        let receipts = self.node.json(&["call", "message.receipts", &message]);
        receipts["items"][0]["delivery"].clone()
    }

    pub fn waiting(&self) -> Value {
        self.node.json(&["--as", "rex", "inbox"])["waiting"].clone()
    }

    pub fn bodies(&self) -> Vec<String> {
        let asked = self.script.asked().into_iter();
        asked.map(|asked| asked.body.to_string()).collect()
    }
}

#[test]
fn a_message_is_in_the_next_request_and_counts_as_read_after_the_answer() {
    let Some(peers) = peers("claude") else { return };
    let stage = Stage::new(peers);
    stage.node.json(&["dm", "rex", "the first word"]);
    let done = stage.claude("Hear both words.");
    assert_eq!(
        stage.script.unmatched(),
        [""; 0],
        "{}{}",
        done.out,
        done.err
    );
    assert!(
        done.out.contains("Both are heard."),
        "{}{}",
        done.out,
        done.err
    );
    let bodies = stage.bodies();
    let first = |text: &str| {
        let holds = |body: &String| body.contains(&format!("@owner to you: {text}"));
        bodies.iter().position(holds)
    };
    assert_eq!(
        (first("the first word"), first("the second word")),
        (Some(0), Some(1))
    );
    for text in ["the first word", "the second word"] {
        let standing = stage.standing(text);
        assert_eq!(
            (&standing["state"], &standing["attempt"]),
            (&json!("read"), &json!(1)),
            "{standing}"
        );
    }
    assert_eq!(stage.waiting(), 0);
}

#[test]
fn a_request_that_failed_has_read_nothing() {
    let Some(peers) = peers("claude") else { return };
    let stage = Stage::new(peers);
    stage.node.json(&["dm", "rex", "the only word"]);
    stage.claude("Please fall over.");
    assert!(stage.bodies()[0].contains("the only word"));
    let standing = stage.standing("the only word");
    assert_eq!(
        (&standing["state"], &standing["why"]),
        (&json!("dropped"), &json!("ended")),
        "{standing}"
    );
    assert_eq!(stage.waiting(), 1);
    // The next session gets it again, and hears it.
    let done = stage.claude("Carry on from here.");
    assert!(
        done.out.contains("Now it is heard."),
        "{}{}",
        done.out,
        done.err
    );
    let standing = stage.standing("the only word");
    assert_eq!(
        (&standing["state"], &standing["attempt"]),
        (&json!("read"), &json!(2)),
        "{standing}"
    );
    assert_eq!(stage.waiting(), 0);
}

#[test]
fn a_hook_never_stands_in_the_programs_way() {
    let node = Node::start();
    node.json(&["register", "rex"]);
    let home = node.stop();
    let told = home.path().join("told.json");
    let words =
        json!({"session_id": "s-1", "transcript_path": "/no/where", "hook_event_name": "Stop"});
    for text in [
        words.to_string(),
        "{".to_owned(),
        json!({"session_id": "../x", "transcript_path": ""}).to_string(),
    ] {
        std::fs::write(&told, &text).unwrap();
        let done = command(&home.path().join("home"))
            .args(["--as", "rex", "hook", "claude-code", "Stop"])
            .stdin(std::fs::File::open(&told).unwrap())
            .output()
            .unwrap();
        let done = said(done);
        assert_eq!(
            (done.code, done.out.as_str()),
            (0, ""),
            "{text}: {}",
            done.err
        );
    }
}

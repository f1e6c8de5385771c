//! Leases on paths where files are changed: before commits, and before the tools of a real program write.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use mesh_script::{Scenario, Script};
use serde_json::json;

use super::agents::peers;
use super::node::{Node, command, said};

/// A node with a room, two agents in it, and a repository.
struct Stage {
    node: Node,
    repo: PathBuf,
}

impl Stage {
    fn new() -> Stage {
        let node = Node::start();
        node.json(&["call", "room.create", r#"{"name":"workshop"}"#]);
        for handle in ["rex", "tom"] {
            node.json(&["register", handle]);
            let member = json!({"room": "workshop", "participant": handle});
            node.json(&["call", "member.add", &member.to_string()]);
        }
        let repo = node.folder.path().join("repo");
        std::fs::create_dir_all(repo.join("src/parser")).unwrap();
        let stage = Stage { node, repo };
        stage.git(&["init", "-q"]);
        stage.change("src/parser/mod.rs");
        stage.git(&["commit", "-qm", "Begin"]);
        stage
    }

    fn run(&self, args: &[&str], acting: Option<&str>) -> Output {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@t.example"])
            .args(args)
            .current_dir(&self.repo)
            .env_remove("MESH_AS");
        git.envs(acting.map(|handle| ("MESH_AS", handle)));
        git.output().unwrap()
    }

    fn git(&self, args: &[&str]) {
        let done = self.run(args, None);
        assert!(done.status.success(), "git {args:?}: {done:?}");
    }

    /// Changes a file and stages it.
    fn change(&self, path: &str) {
        let at = self.repo.join(path);
        let before = std::fs::read_to_string(&at).unwrap_or_default();
        std::fs::write(&at, format!("{before}changed\n")).unwrap();
        self.git(&["add", "."]);
    }

    /// A verb of `mesh lease`, inside the repository.
    fn lease(&self, acting: &str, args: &[&str]) -> super::node::Said {
        let mut lease = command(&self.node.home());
        lease.args(["--as", acting, "lease"]).args(args);
        said(
            lease
                .current_dir(&self.repo)
                .stdin(Stdio::null())
                .output()
                .unwrap(),
        )
    }

    fn take(&self, acting: &str, path: &str) {
        let taken = self.lease(acting, &["take", "workshop", path]);
        assert_eq!(taken.code, 0, "{}", taken.err);
    }
}

#[test]
fn git_commits_nothing_that_somebody_else_has_leased() {
    let stage = Stage::new();
    stage.take("rex", "src/parser/**");
    let refused = stage.lease("tom", &["take", "workshop", "src/**"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("@rex edits 'src/**'"),
        "{}",
        refused.err
    );

    let installed = stage.lease("tom", &["guard", "--install", "--room", "workshop"]);
    assert_eq!(installed.code, 0, "{}", installed.err);
    stage.change("src/parser/mod.rs");
    let commit = ["commit", "-qm", "Change"];
    let stopped = stage.run(&commit, None);
    let words = String::from_utf8(stopped.stderr).unwrap();
    assert!(!stopped.status.success());
    assert!(
        words.contains("src/parser/mod.rs is leased by @rex"),
        "{words}"
    );
    // Its holder commits, and says who it is by its environment.
    assert!(stage.run(&commit, Some("rex")).status.success());
    stage.change("src/lexer.rs");
    stage.git(&commit);

    // Leases are an agreement: without a node nobody is held back, and the words say so.
    stage.change("src/parser/mod.rs");
    let folder = stage.node.stop();
    let alone = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@t.example"])
        .args(commit)
        .current_dir(folder.path().join("repo"))
        .output()
        .unwrap();
    let words = String::from_utf8(alone.stderr).unwrap();
    assert!(alone.status.success(), "{words}");
    assert!(words.contains("nobody was asked"), "{words}");
}

#[test]
fn a_hook_of_somebodys_own_is_left_alone() {
    let stage = Stage::new();
    let hook = stage.repo.join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
    let refused = stage.lease("tom", &["guard", "--install", "--room", "workshop"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("add this line"), "{}", refused.err);
    assert_eq!(
        std::fs::read_to_string(&hook).unwrap(),
        "#!/bin/sh\nexit 0\n"
    );
    let removed = stage.lease("tom", &["guard", "--remove"]);
    assert_eq!(removed.code, 0, "{}", removed.err);
    assert!(hook.exists());
}

#[test]
fn claude_code_writes_no_file_that_somebody_else_has_leased() {
    let Some(peers) = peers("claude") else { return };
    let stage = Stage::new();
    stage.take("rex", "src/parser/**");
    let (leased, free) = (
        stage.repo.join("src/parser/mod.rs"),
        stage.repo.join("src/lexer.rs"),
    );

    let folder = stage.node.folder.path();
    let scenario =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../mesh-script/scenarios/lease.toml");
    let scenario = std::fs::read_to_string(scenario)
        .unwrap()
        .replace("$LEASED", leased.to_str().unwrap())
        .replace("$FREE", free.to_str().unwrap());
    std::fs::write(folder.join("lease.toml"), scenario).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let scenario = Scenario::read(&folder.join("lease.toml")).unwrap();
    let script = runtime.block_on(Script::start_here(scenario)).unwrap();

    let user = folder.join("user");
    std::fs::create_dir_all(&user).unwrap();
    let installed = command(&stage.node.home())
        .args(["--as", "tom", "install", "claude-code", "--yes"])
        .env("HOME", &user)
        .env_remove("CLAUDE_CONFIG_DIR")
        .output()
        .unwrap();
    assert_eq!(said(installed).code, 0);
    stage.git(&["config", "mesh.room", "workshop"]);
    let done = Command::new(peers.join("bin/claude"))
        .args([
            "-p",
            "Write both files.",
            "--permission-mode",
            "acceptEdits",
        ])
        .current_dir(&stage.repo)
        .env_clear()
        .env("HOME", &user)
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("ANTHROPIC_BASE_URL", script.url())
        .env("ANTHROPIC_API_KEY", "scripted")
        .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let done = said(done);
    assert_eq!(script.unmatched(), [""; 0], "{} {}", done.out, done.err);
    assert!(
        done.out.contains("One file is written."),
        "{} {}",
        done.out,
        done.err
    );
    assert_eq!(std::fs::read_to_string(&leased).unwrap(), "changed\n");
    assert_eq!(std::fs::read_to_string(&free).unwrap(), "mine\n");
}

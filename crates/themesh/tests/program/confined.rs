//! What a task's program may do to the mesh and the machine it runs on.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use mesh_model::ops::{RoomCreate, TaskCreate, TaskGet};
use serde_json::{Value, json};

use super::node::{Node, binary, command};

/// Whether this machine confines at all; where not, the report is told.
pub fn can(test: &str) -> bool {
    let checked = command(Path::new("/nowhere"))
        .args(["sandbox", "check"])
        .output()
        .unwrap();
    let said = String::from_utf8(checked.stdout).unwrap();
    if checked.status.success() && !said.contains("Landlock alone") {
        return true;
    }
    let reason = format!("{test}: no sandbox with namespaces works on this machine");
    eprintln!("{reason}");
    if let Some(path) = std::env::var_os("MESH_SKIPS") {
        let mut skips = fs::OpenOptions::new();
        let mut skips = skips.append(true).create(true).open(path).unwrap();
        writeln!(skips, "{reason}").unwrap();
    }
    false
}

fn node() -> Node {
    let node = Node::start();
    node.call::<RoomCreate>(json!({"name": "ops", "topic": ""}));
    node
}

/// Lets a worker do one task with a shell script and gives what that printed.
fn printed(node: &Node, script: &str, args: &[&str]) -> String {
    printed_with(node, script, args, |_| {})
}

fn printed_with(
    node: &Node,
    script: &str,
    args: &[&str],
    change: impl FnOnce(&mut Command),
) -> String {
    let created = node.call::<TaskCreate>(json!({
        "room": "ops", "tasks": [{"title": "x", "prompt": "x", "attempts": 1, "escalate": false}],
    }));
    let program = node.folder.path().join("program");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut work = command(&node.home());
    change(&mut work);
    let worked: Output = work
        .args(["--as", "rex", "work", "--yes", "--join", "ops", "--once"])
        .arg("--command")
        .arg(&program)
        .args(args)
        .output()
        .unwrap();
    assert!(worked.status.success(), "{worked:?}");
    let task = node.call::<TaskGet>(json!({"task": created.tasks[0].id}));
    let task: Value = serde_json::to_value(task).unwrap();
    assert_eq!(task["state"], "done", "{task}");
    task["result"]["output"]["text"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Takes out who stands behind the agent, so that what is left is its own.
const OWN: &str = r#"sed 's/"behind": *{[^}]*}//'"#;

#[test]
fn a_tasks_program_is_its_agent_and_never_the_owner() {
    let node = node();
    let mesh = binary().display().to_string();
    let home = node.home().display().to_string();
    // As it comes, with the folder named, as somebody else, and without what it was handed.
    let script = format!(
        "m={mesh}; h={home}
         handle() {{ tr -d '\\n' | {OWN} | grep -o '\"handle\": *\"[a-z-]*\"' || echo none; }}
         $m --json call me.get | handle
         $m --json --home $h call me.get | handle
         MESH_HOME=$h $m --json --as rex call me.get 2>&1 | grep -o 'acts as its own agent'
         unset MESH_ATTEMPT_FD
         $m --json --home $h call me.get 2>&1 | grep -o 'only the task.s own token counts'"
    );
    let said = printed(&node, &script, &["--sandbox", "off"]);
    let said: Vec<String> = said.lines().map(|line| line.replace(' ', "")).collect();
    assert_eq!(
        said,
        [
            r#""handle":"rex""#,
            r#""handle":"rex""#,
            "actsasitsownagent",
            "onlythetask'sowntokencounts"
        ]
    );
}

#[test]
fn a_confined_program_reaches_the_mesh_as_its_agent_and_finds_nothing_else() {
    if !can("a confined task") {
        return;
    }
    let node = node();
    let home = node.home().display().to_string();
    // As it comes; as if it were no task's; the worker's own files; what the worker was started with.
    let script = format!(
        "m=/run/mesh/mesh
         $m --json call me.get | tr -d '\\n' | {OWN} | grep -o '\"handle\": *\"[a-z-]*\"'
         env -u MESH_ATTEMPT -u MESH_ATTEMPT_FD $m --json --home {home} call me.get 2>&1 | grep -o 'no node runs'
         cat {home}/owner.token {home}/work/rex/tools.token {home}/keys/* {home}/log/* 2>&1 | grep -vc 'No such file'
         cat /proc/*/environ | tr '\\0' '\\n' | grep -c SECRET_OF_THE_OWNER
         ls {home}/work/rex
         echo made > file; cat file"
    );
    let said = printed_with(&node, &script, &["--sandbox", "require"], |work| {
        work.env("SECRET_OF_THE_OWNER", "x");
    });
    let said: Vec<String> = said.lines().map(|line| line.replace(' ', "")).collect();
    assert_eq!(
        said,
        [
            r#""handle":"rex""#,
            "nonoderuns",
            "0",
            "0",
            "attempts",
            "homes",
            "tasks",
            "made"
        ]
    );
}

/// Git goes by what stands in a folder. What a program wrote there must not be run by the worker.
#[test]
fn a_confined_program_cannot_make_the_workers_git_run_anything() {
    if !can("a confined task with a repository") {
        return;
    }
    let node = node();
    let repo = node.folder.path().join("repo");
    let git = |args: &[&str]| {
        let done = Command::new("git").args(args).current_dir(&repo).status();
        assert!(done.unwrap().success(), "git {args:?}");
    };
    fs::create_dir(&repo).unwrap();
    git(&["init", "-q", "-b", "main"]);
    git(&["config", "user.name", "x"]);
    git(&["config", "user.email", "x@x.invalid"]);
    git(&["commit", "-q", "--allow-empty", "-m", "one"]);
    let common = repo.join(".git").display().to_string();
    let repo_arg = repo.display().to_string();
    let out = node.folder.path().join("ran").display().to_string();
    let script = format!(
        "(echo x > .git) 2>&1 | grep -o 'Read-only'
         (mv .git .git2) 2>&1 | grep -o 'busy'
         (echo x > {common}/config) 2>&1 | grep -o 'Read-only'
         (echo x > {common}/hooks/pre-commit) 2>&1 | grep -o 'Read-only'
         git log --format=%s
         echo made > file"
    );
    let said = printed(
        &node,
        &script,
        &["--sandbox", "require", "--repo", &repo_arg],
    );
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        ["Read-only", "busy", "Read-only", "Read-only", "one"]
    );
    // A repository within, whose settings name a command, is not even looked at.
    let script = format!(
        "git init -q inner; git -C inner config core.fsmonitor 'touch {out}'; git -C inner config filter.x.clean 'touch {out}'; echo made > file; echo ok"
    );
    let said = printed(
        &node,
        &script,
        &["--sandbox", "require", "--repo", &repo_arg],
    );
    assert_eq!(said, "ok");
    assert!(!fs::exists(&out).unwrap());
}

#[test]
fn a_command_runs_confined_without_a_node_and_says_what_holds() {
    if !can("mesh sandbox run") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("owner.token"), "SECRET").unwrap();
    let token = folder.path().join("owner.token");
    let run = |args: &[&str]| {
        let mut run = command(folder.path());
        let ran = run.args(["sandbox", "run"]).args(args).output().unwrap();
        (
            ran.status.code(),
            String::from_utf8(ran.stdout).unwrap(),
            String::from_utf8(ran.stderr).unwrap(),
        )
    };
    let token = token.to_str().unwrap();
    let (code, out, err) = run(&["--", "sh", "-c", "pwd; cat $1; exit 7", "x", token]);
    assert_eq!(code, Some(7), "{err}");
    assert!(
        out.ends_with("/work\n") && err.contains("No such file"),
        "{out} {err}"
    );
    assert!(err.contains("programs are confined by"), "{err}");
    let home = folder.path().to_str().unwrap();
    let (code, _, err) = run(&["--dir", home, "--", "true"]);
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("owner's token") && err.contains("nothing was run"),
        "{err}"
    );
}

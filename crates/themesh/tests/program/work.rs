//! Whole workers: a node, `mesh work` as a process of its own, programs that behave and ones that do not.

use std::fs;
use std::io::{BufRead, BufReader};
use std::mem::MaybeUninit;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use mesh_model::ops::{
    RoomCreate, TaskCancel, TaskCreate, TaskGet, TaskList, TaskOutputs, TaskProvenance, WorkerMode,
};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::inotify;
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde_json::{Value, json};

use super::node::{Node, command, mesh};

/// A worker in a process of its own that says what it does.
pub struct Worker {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Worker {
    pub fn start(node: &Node, handle: &str, args: &[&str]) -> Worker {
        Worker::start_in(node, handle, args, |_| {})
    }

    pub fn start_in(
        node: &Node,
        handle: &str,
        args: &[&str],
        change: impl FnOnce(&mut Command),
    ) -> Worker {
        let mut work = command(&node.home());
        // What these programs do to the test they do by files and processes outside of their folder;
        // `confined.rs` has what a sandbox does to them.
        work.args(["--as", handle, "--json", "work", "--yes", "--join", "ops"])
            .args(["--sandbox", "off"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        change(&mut work);
        let mut child = work.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Worker { child, lines }
    }

    /// Waits until it says this.
    pub fn until(&mut self, event: &str) -> Value {
        loop {
            let mut line = String::new();
            assert!(
                self.lines.read_line(&mut line).unwrap() > 0,
                "it ended without '{event}'"
            );
            let said: Value = serde_json::from_str(&line).unwrap();
            if said["event"] == event {
                return said;
            }
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status().unwrap();
        assert!(sent.success());
    }

    fn ended(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Everything that happens in the mesh, from its beginning.
struct Tail {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Tail {
    fn of(node: &Node) -> Tail {
        let mut tail = command(&node.home());
        tail.args(["--json", "tail", "--after", "0"])
            .stdout(Stdio::piped());
        let mut child = tail.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Tail { child, lines }
    }

    /// Waits until this has happened so often.
    fn until(&mut self, kind: &str, times: usize) {
        for _ in 0..times {
            loop {
                let mut line = String::new();
                assert!(self.lines.read_line(&mut line).unwrap() > 0, "no '{kind}'");
                let item: Value = serde_json::from_str(&line).unwrap();
                if item["type"] == kind {
                    break;
                }
            }
        }
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn node() -> Node {
    let node = Node::start();
    node.call::<RoomCreate>(json!({"name": "ops", "topic": ""}));
    node
}

fn create(node: &Node, tasks: Value) -> Vec<String> {
    let made = node.call::<TaskCreate>(json!({"room": "ops", "tasks": tasks}));
    made.tasks.iter().map(|task| task.id.to_string()).collect()
}

fn get(node: &Node, task: &str) -> Value {
    serde_json::to_value(node.call::<TaskGet>(json!({"task": task}))).unwrap()
}

/// A program of a test.
pub fn script(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Waits for a whole letter in a worker's outbox: it is renamed when it is written.
fn letter_in(outbox: &Path) {
    let watch = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
    let come = inotify::WatchFlags::MOVED_TO | inotify::WatchFlags::CLOSE_WRITE;
    inotify::add_watch(&watch, outbox, come).unwrap();
    let whole = |file: fs::DirEntry| file.path().extension().is_some_and(|kind| kind == "json");
    let mut space = [MaybeUninit::uninit(); 4096];
    let mut changes = inotify::Reader::new(&watch, &mut space);
    while !fs::read_dir(outbox).unwrap().flatten().any(whole) {
        changes.next().unwrap();
    }
}

/// A pipe with a name: reading from it waits for what a runner writes there.
fn pipe(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    path
}

fn lives(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit_once(") ")
        .and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| state != 'Z' && state != 'X')
}

/// Waits for the end of what ends in any case.
fn gone(pid: &str) {
    let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
    // Without one it has been gone for so long that nobody remembers it.
    if let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) {
        poll(&mut [PollFd::new(&process, PollFlags::IN)], None).unwrap();
    }
}

#[test]
fn a_task_is_done_by_a_program_streamed_signed_and_without_secrets() {
    let node = node();
    let task = create(
        &node,
        json!([{"title": "Say it", "prompt": "Say hello to Ana."}]),
    )
    .remove(0);
    let go = pipe(node.folder.path(), "go");
    let text = format!(
        "cat > prompt\necho first\ncat {}\nenv\ncp prompt \"$KEEP\"",
        go.display()
    );
    let program = script(node.folder.path(), "agent", &text);
    let prompt = node.folder.path().join("prompt");
    let mut worker = Worker::start_in(
        &node,
        "rex",
        &["--once", "--command", &program, "--env", "KEEP"],
        |work| {
            work.env("KEEP", &prompt).env("SECRET_OF_THE_OWNER", "x");
        },
    );
    assert_eq!(worker.until("taken")["title"], "Say it");
    // It goes on when what it has said so far can be read.
    Tail::of(&node).until("task.progressed", 1);
    let pieces = node.call::<TaskOutputs>(json!({"task": task}));
    let pieces = serde_json::to_string(&pieces).unwrap();
    assert!(pieces.contains("first"), "{pieces}");
    fs::write(&go, "second\n").unwrap();
    assert_eq!(worker.until("ended")["how"], "done");
    worker.ended();
    let done = get(&node, &task);
    assert_eq!(done["state"], "done");
    let text = done["result"]["output"]["text"].as_str().unwrap();
    assert!(text.starts_with("first\nsecond\n"), "{text}");
    for secret in ["SECRET_OF_THE_OWNER", "mesh_ag_", "MESH_TOKEN", "MESH_HOME"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let prompt = fs::read_to_string(prompt).unwrap();
    assert!(prompt.contains("Say hello to Ana.") && !prompt.contains("@rex"));
    let provenance = node.call::<TaskProvenance>(json!({"task": task}));
    let provenance = serde_json::to_value(provenance).unwrap();
    assert_eq!(provenance["holds"], true, "{provenance}");
    assert!(
        !fs::read_dir(node.home().join("work/rex/outbox"))
            .unwrap()
            .any(|_| true)
    );
}

#[test]
fn a_cancelled_task_leaves_no_process_however_stubborn() {
    let node = node();
    let pids = pipe(node.folder.path(), "pids");
    let text = format!(
        "trap '' TERM\n(setsid sh -c 'trap \"\" TERM; sleep 1000' &)\nsetsid sh -c 'trap \"\" TERM; echo $$ > {0}; exec sleep 1000' &\nwait",
        pids.display()
    );
    let program = script(node.folder.path(), "agent", &text);
    let task = create(&node, json!([{"title": "Never ends", "prompt": "x"}])).remove(0);
    let mut worker = Worker::start(&node, "rex", &["--once", "--command", &program]);
    let pid = fs::read_to_string(&pids).unwrap();
    assert!(lives(pid.trim()));
    node.call::<TaskCancel>(json!({"task": task, "reason": "not needed"}));
    let ended = worker.until("ended");
    assert_eq!(ended["how"], "lost", "{ended}");
    assert!(!lives(pid.trim()));
    worker.ended();
    assert_eq!(get(&node, &task)["state"], "cancelled");
}

#[test]
fn what_prints_for_ever_fails_and_says_why() {
    let node = node();
    let task = create(
        &node,
        json!([{"title": "Flood", "prompt": "x", "attempts": 1, "escalate": false}]),
    )
    .remove(0);
    let mut worker = Worker::start(
        &node,
        "rex",
        &["--once", "--max-output", "64", "--command", "yes"],
    );
    let ended = worker.until("ended");
    assert_eq!(ended["how"], "failed");
    assert!(
        ended["detail"].as_str().unwrap().contains("64 KiB"),
        "{ended}"
    );
    worker.ended();
    assert_eq!(get(&node, &task)["state"], "failed");
}

#[test]
fn a_missing_program_fails_for_good_and_says_what_to_do() {
    let node = node();
    let task = create(
        &node,
        json!([{"title": "x", "prompt": "x", "escalate": false}]),
    )
    .remove(0);
    let mut worker = Worker::start(
        &node,
        "rex",
        &["--once", "--command", "no-such-program-here"],
    );
    let ended = worker.until("ended");
    assert!(
        ended["detail"].as_str().unwrap().contains("install it"),
        "{ended}"
    );
    worker.ended();
    let failed = get(&node, &task);
    assert_eq!(
        (failed["state"].as_str(), failed["tries"].as_u64()),
        (Some("failed"), Some(1))
    );
}

#[test]
fn a_killed_worker_leaves_no_runner_and_another_one_finishes() {
    let node = node();
    let pids = pipe(node.folder.path(), "pids");
    let text = format!("echo $$ > {}; exec sleep 1000", pids.display());
    let stuck = script(node.folder.path(), "stuck", &text);
    let task = create(&node, json!([{"title": "Go on", "prompt": "x"}])).remove(0);
    let worker = Worker::start(&node, "rex", &["--lease", "10", "--command", &stuck]);
    let pid = fs::read_to_string(&pids).unwrap();
    worker.signal("-KILL");
    gone(pid.trim());
    // The node gives the task to somebody else when the lease is over.
    let mut other = Worker::start(&node, "ana-agent", &["--once", "--command", "cat"]);
    assert_eq!(other.until("ended")["how"], "done");
    other.ended();
    let done = get(&node, &task);
    assert_eq!(
        (done["state"].as_str(), done["tries"].as_u64()),
        (Some("done"), Some(2))
    );
}

/// The worker is stopped, as by a machine's sleep, and cannot end what it runs: its keeper does, before
/// another worker begins. The program of the second attempt looks for the first one's processes.
#[test]
fn the_program_of_a_stopped_worker_is_gone_before_another_begins() {
    let node = node();
    let folder = node.folder.path();
    let (pids, first) = (pipe(folder, "pids"), folder.join("first"));
    let text = format!(
        "if mkdir '{first}'; then\n  trap '' TERM\n  setsid sleep 1000 &\n  echo $! $$ > '{first}/pids'\n  cat '{first}/pids' > '{pids}'\n  while :; do sleep 1000; done\nfi\nfor pid in $(cat '{first}/pids'); do\n  kill -0 $pid && echo \"$pid lives\"\ndone\necho looked",
        first = first.display(),
        pids = pids.display(),
    );
    let program = script(folder, "program", &text);
    let task = create(&node, json!([{"title": "Go on", "prompt": "x"}])).remove(0);
    let stopped = Worker::start(&node, "rex", &["--lease", "10", "--command", &program]);
    let pids = fs::read_to_string(&pids).unwrap();
    stopped.signal("-STOP");
    let mut other = Worker::start(&node, "ana-agent", &["--once", "--command", &program]);
    assert_eq!(other.until("ended")["how"], "done");
    other.ended();
    assert!(!pids.split_whitespace().any(lives), "{pids}");
    let done = get(&node, &task);
    assert_eq!(done["result"]["output"]["text"], "looked");
    assert_eq!(done["tries"], 2);
}

#[test]
fn a_result_arrives_once_although_the_node_was_away() {
    let node = node();
    let (begun, go) = (
        pipe(node.folder.path(), "begun"),
        pipe(node.folder.path(), "go"),
    );
    let text = format!("echo x > {}; cat {}", begun.display(), go.display());
    let program = script(node.folder.path(), "agent", &text);
    let task = create(&node, json!([{"title": "Across", "prompt": "x"}])).remove(0);
    let mut worker = Worker::start(&node, "rex", &["--once", "--command", &program]);
    fs::read_to_string(&begun).unwrap();
    let address = node.url.trim_start_matches("http://").to_owned();
    let outbox = node.home().join("work/rex/outbox");
    let folder = node.kill();
    let outbox_moved = folder.path().join("home/work/rex/outbox");
    assert_eq!(outbox, outbox_moved, "the folder stays where it is");
    fs::write(folder.path().join("go"), "the answer").unwrap();
    // The result is on disk before it can be sent.
    letter_in(&outbox);
    let node = Node::start_at(folder, &address);
    assert_eq!(worker.until("ended")["how"], "done");
    worker.ended();
    let done = get(&node, &task);
    assert_eq!(
        (done["state"].as_str(), done["tries"].as_u64()),
        (Some("done"), Some(1))
    );
    assert_eq!(done["result"]["output"]["text"], "the answer");
}

#[test]
fn what_a_killed_worker_had_kept_is_sent_and_what_is_stale_is_dropped() {
    let node = node();
    let task = create(&node, json!([{"title": "Once", "prompt": "x"}])).remove(0);
    let mut worker = Worker::start(&node, "rex", &["--once", "--command", "cat"]);
    worker.until("ended");
    worker.ended();
    let outbox = node.home().join("work/rex/outbox");
    let stale = json!({"operation": "task.fail", "input": {
        "task": task, "fence": 3, "reason": "too late", "idempotency_key": "task.fail:3"
    }});
    fs::write(outbox.join("3-x.json"), stale.to_string()).unwrap();
    let mut again = Worker::start(&node, "rex", &["--tasks", "0", "--command", "cat"]);
    let said = again.until("worker");
    assert!(said["line"].as_str().unwrap().contains("dropped"), "{said}");
    again.ended();
    assert_eq!(get(&node, &task)["state"], "done");
}

#[test]
fn two_workers_share_tasks_and_none_is_done_twice() {
    let node = node();
    let done = node.folder.path().join("done");
    let program = script(
        node.folder.path(),
        "agent",
        &format!("basename \"$PWD\" >> {}", done.display()),
    );
    let tasks: Vec<Value> = (0..12)
        .map(|n| json!({"title": format!("t{n}"), "prompt": "x"}))
        .collect();
    let mut made = create(&node, json!(tasks));
    let start = |handle| Worker::start(&node, handle, &["--slots", "3", "--command", &program]);
    let workers = [start("rex"), start("ana-agent")];
    Tail::of(&node).until("task.finished", 12);
    let done_all = node.call::<TaskList>(json!({"room": "ops", "states": ["done"]}));
    assert_eq!(done_all.items.len(), 12);
    for worker in workers {
        worker.signal("-TERM");
        worker.ended();
    }
    let text = fs::read_to_string(done).unwrap();
    let mut ran: Vec<&str> = text.lines().collect();
    ran.sort_unstable();
    made.sort_unstable();
    assert_eq!(ran, made);
}

#[test]
fn a_worker_that_leaves_hands_on_what_it_has_and_the_next_goes_on() {
    let node = node();
    let begun = pipe(node.folder.path(), "begun");
    let text = format!(
        "echo half of it; echo x > {}; exec sleep 1000",
        begun.display()
    );
    let half = script(node.folder.path(), "half", &text);
    let task = create(&node, json!([{"title": "Long", "prompt": "x"}])).remove(0);
    let mut worker = Worker::start(&node, "rex", &["--command", &half]);
    fs::read_to_string(&begun).unwrap();
    worker.signal("-TERM");
    assert_eq!(worker.until("ended")["how"], "handed_off");
    worker.ended();
    let mut other = Worker::start(&node, "ana-agent", &["--once", "--command", "cat"]);
    assert_eq!(other.until("ended")["how"], "done");
    other.ended();
    let done = get(&node, &task);
    let text = done["result"]["output"]["text"].as_str().unwrap();
    assert!(
        text.contains("CONTINUE FROM PREVIOUS AGENT'S PARTIAL WORK:"),
        "{text}"
    );
    assert!(text.contains("half of it"), "{text}");
}

#[test]
fn a_task_on_a_repository_brings_its_diff() {
    let node = node();
    let repo = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .current_dir(repo.path())
            .args(args)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    fs::write(repo.path().join("a.txt"), "one\n").unwrap();
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "-A"]);
    git(&[
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@x.invalid",
        "commit",
        "-qm",
        "one",
    ]);
    let task = create(&node, json!([{"title": "Change it", "prompt": "x"}])).remove(0);
    let place = repo.path().to_str().unwrap();
    let mut worker = Worker::start(
        &node,
        "rex",
        &[
            "--once",
            "--repo",
            place,
            "--command",
            "sed -i s/one/two/ a.txt",
        ],
    );
    assert_eq!(worker.until("ended")["how"], "done");
    worker.ended();
    let data = get(&node, &task)["result"]["output"]["data"].clone();
    assert!(data["diff"].as_str().unwrap().contains("+two"), "{data}");
    let branch = data["branch"].as_str().unwrap();
    assert_eq!(git(&["show", &format!("{branch}:a.txt")]), "two\n");
    assert_eq!(git(&["show", "main:a.txt"]), "one\n");
    assert_eq!(git(&["worktree", "list"]).lines().count(), 1);
}

#[test]
fn a_plan_becomes_tasks_and_a_summary_once() {
    let node = node();
    let text = r#"prompt=$(cat)
case "$prompt" in
*'Split the goal'*) printf 'Here:\n```json\n{"subtasks":[{"title":"A","prompt":"do a"},{"title":"B","prompt":"do b"}]}\n```\n' ;;
*'into one answer'*) echo "all together" ;;
*) echo "a part" ;;
esac"#;
    let program = script(node.folder.path(), "agent", text);
    create(
        &node,
        json!([{"title": "Plan", "prompt": "Release it", "input": {"follow": "subtasks"}}]),
    );
    let args = ["--tasks", "4", "--forms", "--command", &program];
    let mut worker = Worker::start(&node, "rex", &args);
    for _ in 0..4 {
        let ended = worker.until("ended");
        assert_eq!(ended["how"], "done", "{ended}");
    }
    worker.ended();
    let list = node.call::<TaskList>(json!({"room": "ops"}));
    let titles: Vec<_> = list
        .items
        .iter()
        .filter_map(|task| task.title.clone())
        .collect();
    assert!(
        titles.iter().any(|title| *title == "Summary: Plan") && titles.len() == 4,
        "{titles:?}"
    );
    assert!(list.items.iter().all(|task| task.state.name() == "done"));
}

#[test]
fn a_command_gets_the_words_of_its_task_alone() {
    let node = node();
    let task = create(
        &node,
        json!([{"title": "Count", "prompt": "one two three"}]),
    )
    .remove(0);
    let mut worker = Worker::start(&node, "rex", &["--once", "--command", "wc -w"]);
    assert_eq!(worker.until("ended")["how"], "done");
    worker.ended();
    let result = get(&node, &task)["result"].clone();
    assert_eq!(result["output"]["text"].as_str().unwrap().trim(), "3");
}

#[test]
fn an_agent_remembers_and_calls_tools_by_its_code_alone() {
    let node = node();
    let text = r#"prompt=$(cat)
code=$(printf '%s' "$prompt" | sed -n 's/.*Your code for this task is \([0-9a-f]*\)\..*/\1/p')
case "$prompt" in
*'THE TOOL nowhere failed'*) echo "[CONFIDENCE $code] 0.9"; echo "done without the tool" ;;
*) echo "[REMEMBER $code] colour: blue [/REMEMBER]"
   echo "[REMEMBER 0123456789abcdef] colour: red [/REMEMBER]"
   echo "[TOOL_CALL $code] {\"tool\":\"nowhere\"} [/TOOL_CALL]" ;;
esac"#;
    let program = script(node.folder.path(), "agent", text);
    let task = create(&node, json!([{"title": "Paint", "prompt": "x"}])).remove(0);
    let args = ["--once", "--forms", "--command", &program];
    let mut worker = Worker::start(&node, "rex", &args);
    assert_eq!(worker.until("ended")["how"], "done");
    worker.ended();
    let result = get(&node, &task)["result"].clone();
    assert_eq!(result["output"]["text"], "done without the tool");
    assert_eq!(result["confidence"], 90);
    let kept = mesh(&node.home(), &["--as", "rex", "call", "memory.list"]);
    let kept: Value = serde_json::from_str(&kept.out).unwrap();
    assert_eq!(kept["items"].as_array().unwrap().len(), 1, "{kept}");
    assert_eq!(
        (&kept["items"][0]["text"], &kept["items"][0]["source"]),
        (&json!("blue"), &json!("extracted"))
    );
    assert_eq!(kept["items"][0]["task"], task);
}

#[test]
fn a_drained_worker_hands_on_what_it_has_and_goes() {
    let node = node();
    let begun = pipe(node.folder.path(), "begun");
    let text = format!("echo x > {}; exec sleep 1000", begun.display());
    let program = script(node.folder.path(), "agent", &text);
    let task = create(&node, json!([{"title": "Long", "prompt": "x"}])).remove(0);
    let mut worker = Worker::start(&node, "rex", &["--command", &program]);
    fs::read_to_string(&begun).unwrap();
    node.call::<WorkerMode>(json!({"worker": "rex", "mode": "draining"}));
    assert_eq!(worker.until("ended")["how"], "handed_off");
    worker.ended();
    assert_eq!(get(&node, &task)["state"], "queued");
}

#[test]
fn what_takes_too_long_or_fills_the_disk_is_stopped() {
    let node = node();
    let task = json!([{"title": "x", "prompt": "x", "attempts": 1, "escalate": false}]);
    let greedy = "head -c 3000000 /dev/zero > big; exec sleep 1000";
    let greedy = script(node.folder.path(), "greedy", greedy);
    for (args, why) in [
        (["--max-disk", "1", "--command", &greedy], "--max-disk"),
        (["--timeout", "1", "--command", "sleep 1000"], "--timeout"),
    ] {
        let task = create(&node, task.clone()).remove(0);
        let mut worker = Worker::start(&node, "rex", &[&["--once"], &args[..]].concat());
        let ended = worker.until("ended");
        assert!(ended["detail"].as_str().unwrap().contains(why), "{ended}");
        worker.ended();
        assert_eq!(get(&node, &task)["state"], "failed");
    }
}

#[test]
fn a_worker_whose_node_is_away_stops_before_its_lease_is_over() {
    let node = node();
    let pids = pipe(node.folder.path(), "pids");
    let text = format!("echo $$ > {}; exec sleep 1000", pids.display());
    let program = script(node.folder.path(), "agent", &text);
    let task = create(&node, json!([{"title": "Alone", "prompt": "x"}])).remove(0);
    let mut worker = Worker::start(
        &node,
        "rex",
        &["--once", "--lease", "10", "--command", &program],
    );
    let pid = fs::read_to_string(&pids).unwrap();
    let address = node.url.trim_start_matches("http://").to_owned();
    let folder = node.kill();
    gone(pid.trim());
    let node = Node::start_at(folder, &address);
    // Given back if the node was there before the lease was over by its clock, lost if not.
    let how = worker.until("ended")["how"].clone();
    assert!(how == "handed_off" || how == "lost", "{how}");
    worker.ended();
    let mut other = Worker::start(&node, "ana-agent", &["--once", "--command", "cat"]);
    assert_eq!(other.until("ended")["how"], "done");
    other.ended();
    assert_eq!(get(&node, &task)["state"], "done");
}

/// It is asked to go while it waits for a node that takes its call and never answers.
#[test]
fn a_worker_that_has_not_begun_goes_when_it_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("work/rex");
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("tools.token"), "mesh_ag_x").unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut work = command(folder.path());
    work.args(["--url", &url, "--as", "rex", "work", "--until-input-ends"])
        .args(["--command", "cat"])
        .env("MESH_TOKEN", "mesh_ag_x")
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut child = work.spawn().unwrap();
    // It calls, so it is past its arguments.
    let call = silent.accept().unwrap();
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    drop(call);
}

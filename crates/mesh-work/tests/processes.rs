//! Real processes under real keepers: nothing that a program starts outlives it, or the worker.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use mesh_model::events::Spend;
use mesh_work::access::Access;
use mesh_work::awake::Moment;
use mesh_work::child::{Keep, Limits, Program};
use mesh_work::runner::{Progress, Running};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde_json::{Map, Value};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::pipe;
use tokio::sync::Notify;

/// Collects output and says when something came.
#[derive(Default)]
struct Heard {
    text: Mutex<String>,
    came: Notify,
}

impl Progress for Heard {
    fn output(&self, text: &str) {
        self.text.lock().unwrap().push_str(text);
        self.came.notify_one();
    }
    fn spent(&self, _: Spend) {}
    fn session(&self, _: &str) {}
    fn note(&self, _: &str) {}
    fn approve<'a>(&'a self, _: &'a str, _: Map<String, Value>) -> Running<'a, bool> {
        Box::pin(async { false })
    }
}

fn keep(limits: Limits) -> Keep {
    let keeper = vec![env!("CARGO_BIN_EXE_mesh-keeper").into()];
    let path = std::env::var_os("PATH").unwrap();
    Keep::new(
        keeper,
        vec![("PATH".into(), path), ("MESH_WORKER".into(), "test".into())],
        limits,
    )
}

fn quick() -> Limits {
    Limits {
        grace_ms: 100,
        ..Limits::default()
    }
}

fn script(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("script");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Whether a process lives; one that waits to be reaped does not.
fn lives(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat
        .rsplit_once(") ")
        .and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| state != 'Z' && state != 'X')
}

/// A process by its descriptor, which can be read from once the process has ended.
struct Watched(pipe::Receiver);

impl Watched {
    fn new(pid: &str) -> Watched {
        let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
        let process = pidfd_open(pid, PidfdFlags::NONBLOCK).unwrap();
        // No pipe, but waited for like one.
        Watched(pipe::Receiver::from_owned_fd_unchecked(process).unwrap())
    }

    async fn ended(self) {
        self.0.readable().await.unwrap();
    }
}

struct Bench {
    folder: TempDir,
    keep: Keep,
}

impl Bench {
    fn new(limits: Limits) -> Bench {
        Bench {
            folder: tempfile::tempdir().unwrap(),
            keep: keep(limits),
        }
    }

    fn program(&self, text: &str) -> Program {
        Program::new(script(self.folder.path(), text), self.folder.path())
    }
}

#[tokio::test]
async fn a_program_gets_its_input_and_a_clean_environment() {
    let bench = Bench::new(Limits::default());
    let mut child = bench
        .keep
        .start(bench.program("cat; env | cut -d= -f1 | sort").env("X", "1"))
        .unwrap();
    let heard = Heard::default();
    let said = child.talk(b"hello\n", &heard).await.unwrap();
    assert!(child.ended().await.success());
    let mut lines: Vec<&str> = said.text.lines().collect();
    assert_eq!(lines.remove(0), "hello");
    // What a shell adds by itself is not passed on.
    lines.retain(|name| !["PWD", "_", "SHLVL", "OLDPWD"].contains(name));
    assert_eq!(lines, ["MESH_ATTEMPT", "MESH_WORKER", "PATH", "X"]);
    assert_eq!(*heard.text.lock().unwrap(), said.text);
}

#[tokio::test]
async fn failures_say_how_and_what_was_last_said() {
    let bench = Bench::new(Limits::default());
    let mut child = bench
        .keep
        .start(bench.program("printf '\\377ok'; echo broken >&2; exit 3"))
        .unwrap();
    let said = child.talk(b"", &Heard::default()).await.unwrap();
    assert_eq!((said.text.as_str(), said.replaced), ("\u{fffd}ok", 1));
    let ended = child.ended().await;
    assert_eq!(ended.code, 3);
    assert_eq!(
        ended.reason("x"),
        "x ended with code 3; the last it said: broken"
    );
    let missing = bench
        .keep
        .start(Program::new("no-such-program-here", bench.folder.path()));
    let failed = missing.unwrap_err();
    assert!(
        failed.last && failed.reason.contains("install it"),
        "{}",
        failed.reason
    );
}

#[tokio::test]
async fn what_prints_for_ever_is_cut_off_and_gone() {
    let bench = Bench::new(Limits {
        output_bytes: 100_000,
        ..quick()
    });
    let mut child = bench
        .keep
        .start(bench.program("echo $$ > pid; exec yes"))
        .unwrap();
    let heard = Heard::default();
    let failed = child.talk(b"", &heard).await.unwrap_err();
    assert!(failed.reason.contains("97 KiB"), "{}", failed.reason);
    drop(child);
    bench.keep.settled().await;
    let pid = fs::read_to_string(bench.folder.path().join("pid")).unwrap();
    assert!(!lives(pid.trim()));
    assert!(heard.text.lock().unwrap().len() <= 100_000);
}

/// A program that ignores SIGTERM, with a child in a session of its own and an orphan that ignores it
/// too.
const STUBBORN: &str = "trap '' TERM\n(trap '' TERM; setsid sh -c 'trap \"\" TERM; echo $$; exec sleep 1000') &\n((trap '' TERM; sh -c 'echo $$; exec sleep 1000') &)\necho $$\nwhile :; do sleep 1000; done";

async fn pids(out: impl tokio::io::AsyncRead + Unpin) -> Vec<String> {
    let mut lines = BufReader::new(out).lines();
    let mut pids = Vec::new();
    while pids.len() < 3 {
        pids.push(lines.next_line().await.unwrap().unwrap());
    }
    pids
}

#[tokio::test]
async fn whatever_forks_and_ignores_signals_is_gone_after_a_stop() {
    let bench = Bench::new(quick());
    let mut child = bench.keep.start(bench.program(STUBBORN)).unwrap();
    let pids = pids(child.stdout.take().unwrap()).await;
    assert!(pids.iter().all(|pid| lives(pid)), "{pids:?}");
    child.stop();
    child.ended().await;
    bench.keep.settled().await;
    assert!(!pids.iter().any(|pid| lives(pid)), "{pids:?}");
}

#[tokio::test]
async fn what_a_program_leaves_behind_ends_with_it() {
    let bench = Bench::new(quick());
    let text = "(setsid sleep 1000 & echo $! > left) </dev/null >/dev/null 2>&1\necho done";
    let mut child = bench.keep.start(bench.program(text)).unwrap();
    let said = child.talk(b"", &Heard::default()).await.unwrap();
    assert!(child.ended().await.success());
    assert_eq!(said.text, "done\n");
    let left = fs::read_to_string(bench.folder.path().join("left")).unwrap();
    assert!(!lives(left.trim()));
}

#[tokio::test]
async fn a_file_beyond_the_limit_ends_the_program() {
    let bench = Bench::new(Limits {
        file_bytes: 1 << 20,
        ..quick()
    });
    let text = "exec dd if=/dev/zero of=big bs=65536 count=1000 2>/dev/null";
    let mut child = bench.keep.start(bench.program(text)).unwrap();
    child.talk(b"", &Heard::default()).await.unwrap();
    let ended = child.ended().await;
    assert!(!ended.success());
    assert!(
        ended.reason("dd").contains("--max-file"),
        "{}",
        ended.reason("dd")
    );
    assert_eq!(
        fs::metadata(bench.folder.path().join("big")).unwrap().len(),
        1 << 20
    );
}

#[tokio::test]
async fn what_a_killed_keeper_leaves_is_ended_by_the_worker() {
    let bench = Bench::new(quick());
    let mut child = bench.keep.start(bench.program(STUBBORN)).unwrap();
    let pids = pids(child.stdout.take().unwrap()).await;
    let watched: Vec<Watched> = pids.iter().map(|pid| Watched::new(pid)).collect();
    let keeper = child.pid().unwrap().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &keeper])
        .status();
    assert!(killed.unwrap().success());
    child.ended().await;
    bench.keep.settled().await;
    for process in watched {
        process.ended().await;
    }
}

/// It takes its mark off, leaves group and session, and kills what keeps it.
#[tokio::test]
async fn a_program_that_kills_its_keeper_escapes_nothing() {
    let bench = Bench::new(quick());
    // Whatever lives holds this open: it ends when the last of them has.
    let held = bench.folder.path().join("held");
    assert!(ran("mkfifo", &[held.to_str().unwrap()]));
    let text = "exec 3> held\nsetsid env -i /bin/sh -c '(setsid sleep 1000 &); exec sleep 1000' &\necho away\nread go\nkill -9 $PPID\nexec sleep 1000";
    let mut child = bench.keep.start(bench.program(text)).unwrap();
    let mut held = tokio::fs::File::open(held).await.unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(said.next_line().await.unwrap().unwrap(), "away");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"go\n").await.unwrap();
    assert_eq!(child.ended().await.code, 128 + 9);
    bench.keep.settled().await;
    held.read_to_end(&mut Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_program_gets_its_access_by_an_open_file_that_it_cannot_change() {
    let folder = tempfile::tempdir().unwrap();
    let access = Access {
        url: "http://127.0.0.1:1".into(),
        node_key: None,
        token: "mesh_ag_secret".into(),
        session: None,
        attempt: None,
    };
    let keep = keep(quick()).with_access(access);
    let text = "cat /dev/fd/$MESH_ATTEMPT_FD; echo; env | grep -c mesh_ag; (echo x > /proc/self/fd/$MESH_ATTEMPT_FD) 2>/dev/null || echo sealed";
    let program = Program::new(script(folder.path(), text), folder.path());
    let mut child = keep.start(program).unwrap();
    let said = child.talk(b"", &Heard::default()).await.unwrap();
    child.ended().await;
    assert_eq!(
        said.text.lines().collect::<Vec<_>>(),
        [
            r#"{"url":"http://127.0.0.1:1","token":"mesh_ag_secret"}"#,
            "0",
            "sealed"
        ]
    );
}

/// The test's own program plays the worker that is killed: it starts a stubborn program and says its
/// processes, then waits.
#[tokio::test]
async fn a_worker_that_is_killed_leaves_nothing() {
    let me = std::env::current_exe().unwrap();
    let mut worker = tokio::process::Command::new(me)
        .args([
            "--exact",
            "plays_the_worker",
            "--nocapture",
            "--include-ignored",
        ])
        .env("MESH_TEST_PLAYS_WORKER", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(worker.stdout.take().unwrap()).lines();
    let mut named = Vec::new();
    while named.len() < 4 {
        let line = lines.next_line().await.unwrap().unwrap();
        if let Some((_, name)) = line.split_once("PID ") {
            named.push(name.to_owned());
        }
    }
    assert!(named.iter().all(|pid| lives(pid)));
    let watched: Vec<Watched> = named.iter().map(|pid| Watched::new(pid)).collect();
    worker.kill().await.unwrap();
    // What they hold open closes a moment before they have ended.
    for process in watched {
        process.ended().await;
    }
}

/// A worker that is stopped and cannot see to its lease: the keeper ends the program then. The worker
/// is let go on only after that, and hears of it.
#[tokio::test]
async fn a_program_under_a_stopped_worker_ends_with_the_lease() {
    let folder = tempfile::tempdir().unwrap();
    // Every process below the program holds this open: it closes when the last of them ends.
    let held = folder.path().join("held");
    assert!(ran("mkfifo", &[held.to_str().unwrap()]));
    let me = std::env::current_exe().unwrap();
    let mut worker = tokio::process::Command::new(me)
        .args(["--exact", "plays_the_worker", "--nocapture"])
        .env("MESH_TEST_PLAYS_WORKER", "1")
        .env("MESH_TEST_HELD", &held)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut held = tokio::fs::File::open(held).await.unwrap();
    let mut lines = BufReader::new(worker.stdout.take().unwrap()).lines();
    let mut named = Vec::new();
    while named.len() < 4 {
        let line = lines.next_line().await.unwrap().unwrap();
        if let Some((_, name)) = line.split_once("PID ") {
            named.push(name.to_owned());
        }
    }
    let pid = worker.id().unwrap().to_string();
    let below = named[..3].iter().map(|pid| Watched::new(pid));
    let below: Vec<Watched> = below.collect();
    assert!(ran("kill", &["-STOP", &pid]));
    held.read_to_end(&mut Vec::new()).await.unwrap();
    for process in below {
        process.ended().await;
    }
    assert!(lives(&pid), "the worker had no part in it");
    assert!(ran("kill", &["-CONT", &pid]));
    while lines.next_line().await.unwrap().unwrap() != "ENDED" {}
}

#[tokio::test]
async fn a_lease_that_is_extended_goes_on_and_one_that_is_over_starts_nothing() {
    let bench = Bench::new(quick());
    bench.keep.until(Moment::now().plus(Duration::from_mins(1)));
    let mut child = bench.keep.start(bench.program("cat")).unwrap();
    bench.keep.until(Moment::now().plus(Duration::from_mins(2)));
    let said = child.talk(b"hello", &Heard::default()).await.unwrap();
    assert_eq!(said.text, "hello");
    assert!(child.ended().await.success());

    bench.keep.until(Moment::now());
    let mut child = bench.keep.start(bench.program("echo on")).unwrap();
    let said = child.talk(b"", &Heard::default()).await.unwrap();
    assert_eq!(said.text, "");
    let ended = child.ended().await;
    assert!(ended.stderr.contains("the lease is over"), "{ended:?}");
}

fn ran(program: &str, args: &[&str]) -> bool {
    let status = std::process::Command::new(program).args(args).status();
    status.unwrap().success()
}

/// Only ever run by the tests above; by itself it has nothing to do.
#[tokio::test]
async fn plays_the_worker() {
    if std::env::var_os("MESH_TEST_PLAYS_WORKER").is_none() {
        return;
    }
    let bench = Bench::new(quick());
    if let Some(held) = std::env::var_os("MESH_TEST_HELD") {
        let holding = format!("exec 3> '{}'\n{STUBBORN}", held.display());
        bench.keep.until(Moment::now().plus(Duration::from_mins(1)));
        let mut child = bench.keep.start(bench.program(&holding)).unwrap();
        for pid in pids(child.stdout.take().unwrap()).await {
            println!("PID {pid}");
        }
        // Told over the lifeline, as by a heartbeat. It is over soon, whatever the worker does.
        bench.keep.until(Moment::now().plus(Duration::from_secs(2)));
        println!("PID {}", child.pid().unwrap());
        child.ended().await;
        println!("ENDED");
        return;
    }
    let mut child = bench.keep.start(bench.program(STUBBORN)).unwrap();
    for pid in pids(child.stdout.take().unwrap()).await {
        println!("PID {pid}");
    }
    println!("PID {}", child.pid().unwrap());
    std::future::pending::<()>().await;
}

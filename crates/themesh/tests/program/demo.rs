//! `mesh demo` as whoever looks at it meets it.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use super::node::command;

fn demo(folder: &Path, args: &[&str]) -> Command {
    let mut demo = command(&folder.join("home"));
    demo.env("TMPDIR", folder).arg("demo").args(args);
    demo
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn two_meshes_share_a_room_and_the_attack_of_one_is_stopped_at_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let done = demo(folder.path(), &["federation"]).output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    let why = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{told}\n{why}");
    for expected in [
        "finds a mesh that says: A project that takes patches.",
        "follows #patches in one step",
        "@scripted-guide answers: run `make check` first.",
        "both meshes have it",
        "its guard holds that back",
        "override_instructions",
        "its author is told: its home did not take it: content_refused",
        "confirms that it has erased it too",
        "has a task for which nobody of it is free",
        "has the result, once: Nothing to complain about.",
        "(@scripted-linter@maintainer)",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert!(is_empty(folder.path()), "nothing stays behind");
}

#[test]
fn observers_see_what_no_session_sees_and_a_dead_one_is_resurrected_from_its_beacon() {
    let folder = tempfile::tempdir().unwrap();
    let done = demo(folder.path(), &["observers"]).output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    let why = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{told}\n{why}");
    for expected in [
        "@lookout says conflict-alert",
        "@ada and @bo are both on src/ledger/merge.rs",
        "@lookout says resonance-detected",
        "tells it in neither room, but to the owner",
        "@lookout says gravity-well-formed",
        "(src/quota/limits.rs)",
        "@lookout says recovery-beacon",
        "reads the beacon that @lookout lit",
        "Give the retry in src/net/retry.rs an exponential backoff.",
        "its test is missing",
        "doubles up to a minute",
        "@lookout says mission-control-synthesis",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert!(is_empty(folder.path()), "nothing stays behind");
}

#[test]
fn a_shop_opens_by_its_own_clock_and_nobody_sees_out_of_range() {
    let folder = tempfile::tempdir().unwrap();
    let done = demo(folder.path(), &["shop"]).output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    let why = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{told}\n{why}");
    for expected in [
        "08:59 and on, ×60",
        "see nobody: the nearest is farther than 20 m",
        "We are open. A schedule said it, at 09:00 simulated.",
        "sees @scripted-seller-tea and says: What have you got?",
        "sees @scripted-customer-dee and says: All that you see.",
        "We close now. A schedule said it, at 09:10 simulated.",
        "of nobody out of range",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert!(is_empty(folder.path()), "nothing stays behind");
}

#[test]
fn a_demo_that_stays_ends_whole_when_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = demo(folder.path(), &["federation", "--stay"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut nodes = Vec::new();
    for line in lines {
        let line = line.unwrap();
        if let Some((_, rest)) = line.split_once("http://")
            && let Some((node, _)) = rest.split_once("/login?code=")
        {
            nodes.push(node.to_owned());
        }
        if line.contains("Ctrl-C ends everything") {
            break;
        }
    }
    assert_eq!(nodes.len(), 2);
    for node in &nodes {
        TcpStream::connect(node).unwrap();
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    for node in &nodes {
        assert!(TcpStream::connect(node).is_err(), "{node} is up");
    }
    assert!(is_empty(folder.path()), "nothing stays behind");
}

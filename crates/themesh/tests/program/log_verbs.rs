//! The log from outside: verified, altered, exported, imported; views deleted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use super::node::{Node, command, mesh, said};

fn segment(home: &Path) -> PathBuf {
    let files = fs::read_dir(home.join("log"))
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .into_iter()
        .find(|path| path.extension().is_some_and(|ending| ending == "jsonl"))
        .unwrap()
}

fn talked() -> (tempfile::TempDir, PathBuf) {
    let node = Node::start();
    for n in 0..20 {
        assert_eq!(
            node.mesh(&["say", "general", &format!("message {n}")]).code,
            0
        );
    }
    let folder = node.stop();
    let home = folder.path().join("home");
    (folder, home)
}

fn verify(home: &Path) -> (i32, Value) {
    let said = mesh(home, &["log", "verify", "--json"]);
    (said.code, serde_json::from_str(&said.out).unwrap())
}

#[test]
fn verify_names_the_line_that_was_changed() {
    let (_folder, home) = talked();
    let (code, verified) = verify(&home);
    assert_eq!(code, 0, "{verified}");
    assert!(
        verified["events"].as_u64().unwrap() >= 24 && verified["signed"] == verified["batches"],
        "{verified}"
    );
    let path = segment(&home);
    let whole = fs::read(&path).unwrap();
    let at = memchr(&whole, b"message 7");
    let line = whole[..at].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let mut altered = whole.clone();
    altered[at] = b'M';
    fs::write(&path, &altered).unwrap();
    let (code, problem) = verify(&home);
    assert_eq!(
        (code, problem["kind"].as_str()),
        (1, Some("altered")),
        "{problem}"
    );
    assert_eq!(problem["line"], line);
    let lines: Vec<&[u8]> = whole.split(|byte| *byte == b'\n').collect();
    let without: Vec<&[u8]> = lines
        .iter()
        .enumerate()
        .filter(|(n, _)| *n as u64 + 1 != line)
        .map(|(_, line)| *line)
        .collect();
    fs::write(&path, without.join(&b'\n')).unwrap();
    let (code, problem) = verify(&home);
    assert_eq!(
        (code, problem["kind"].as_str()),
        (1, Some("missing")),
        "{problem}"
    );
    fs::write(&path, &whole).unwrap();
    assert_eq!(verify(&home).0, 0);
}

fn memchr(bytes: &[u8], what: &[u8]) -> usize {
    bytes
        .windows(what.len())
        .position(|part| part == what)
        .unwrap()
}

#[test]
fn an_export_makes_the_same_mesh_elsewhere() {
    let (_folder, home) = talked();
    let export = mesh(&home, &["log", "export"]);
    assert_eq!(export.code, 0, "{}", export.err);
    let other = tempfile::tempdir().unwrap();
    let copy = other.path().join("home");
    let mut child = command(&copy)
        .args(["log", "import"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), export.out.as_bytes()).unwrap();
    let imported = said(child.wait_with_output().unwrap());
    assert_eq!(imported.code, 0, "{}", imported.err);
    assert_eq!(mesh(&copy, &["log", "export"]).out, export.out);
    assert_eq!(
        mesh(&copy, &["up", "--listen", "127.0.0.1:0"]).code,
        1,
        "a log without its vault must not start by itself"
    );
    let node = Node::start_in(other, &["--new-vault"]);
    assert_eq!(
        node.json(&["read", "general"])["items"]
            .as_array()
            .unwrap()
            .len(),
        20
    );
}

#[test]
fn views_that_were_deleted_come_back() {
    let (folder, home) = talked();
    fs::remove_dir_all(home.join("view")).unwrap();
    let node = Node::start_in(folder, &[]);
    let page = node.json(&["read", "general"]);
    let texts: Vec<&str> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect();
    assert_eq!(
        texts,
        (0..20).map(|n| format!("message {n}")).collect::<Vec<_>>()
    );
    assert_eq!(
        node.json(&["search", "message 13"])["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn lines_are_shown_as_they_stand() {
    let (_folder, home) = talked();
    let shown = mesh(&home, &["log", "show", "--after", "0", "--limit", "1"]).out;
    let first: Value = serde_json::from_str(shown.lines().next().unwrap()).unwrap();
    assert_eq!(first["h"]["type"], "mesh.created");
    assert_eq!(
        mesh(&home, &["log", "tail"])
            .out
            .matches("message.posted")
            .count(),
        10
    );
}

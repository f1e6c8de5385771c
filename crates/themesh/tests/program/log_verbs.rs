//! The log from outside: verified, altered, exported, imported; views deleted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use ed25519_dalek::SigningKey;
use mesh_model::PublicKey;
use mesh_proof::{Event, Header, Line, Tail, build_batch};
use serde_json::Value;
use serde_json::value::RawValue;

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

/// Makes a folder's log of exported lines.
fn import(home: &Path, lines: &[u8]) {
    let mut child = command(home)
        .args(["log", "import"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), lines).unwrap();
    let imported = said(child.wait_with_output().unwrap());
    assert_eq!(imported.code, 0, "{}", imported.err);
}

/// A body: its salt and its content.
type Salted = ([u8; 16], Box<RawValue>);

/// The same log from end to end with other words, as somebody with a key of their own would write it.
fn forged(export: &[u8], key: &SigningKey, from: &str, to: &str) -> Vec<u8> {
    let lines: Vec<Line<'_>> = export
        .split(|byte| *byte == b'\n')
        .filter_map(|line| Line::parse(line).ok())
        .collect();
    let mine = PublicKey(key.verifying_key().to_bytes()).to_string();
    let raw = |text: String| RawValue::from_string(text).unwrap();
    let (mut out, mut tail) = (Vec::new(), Tail::EMPTY);
    let mut batch: Vec<(Header<'_>, Box<RawValue>, Option<Salted>)> = Vec::new();
    for line in lines {
        match line {
            Line::Header(header) => {
                let mut facts: Value = serde_json::from_str(header.facts.get()).unwrap();
                if facts.get("node_key").is_some() {
                    facts["node_key"] = mine.as_str().into();
                }
                // What its author signed would tell; nobody has to have signed.
                facts.as_object_mut().unwrap().remove("signed");
                batch.push((header, raw(facts.to_string()), None));
            }
            Line::Body(body) => {
                let content = raw(body.content.replace(from, to));
                batch.last_mut().unwrap().2 = Some((body.salt, content));
            }
            Line::Erased(_) => unreachable!("nothing was erased"),
            Line::Commit(_) => {
                let events: Vec<Event<'_>> = batch
                    .iter()
                    .map(|(header, facts, body)| Event {
                        at: header.at,
                        kind: header.kind,
                        v: header.v,
                        by: header.by,
                        facts,
                        content: body.as_ref().map(|(_, content)| &**content),
                        salt: body.as_ref().map_or([0; 16], |(salt, _)| *salt),
                    })
                    .collect();
                tail = build_batch(tail, &events, Some(key), &mut out).unwrap();
                batch.clear();
            }
        }
    }
    out
}

#[test]
fn a_log_that_was_written_anew_is_found_by_a_key_or_a_witness() {
    let node = Node::start();
    let say = |text: &str| assert_eq!(node.mesh(&["say", "general", text]).code, 0);
    say("the bill is 10");
    let kept = node.json(&["log", "witness"]);
    let witness = kept["file"].as_str().unwrap().to_owned();
    say("that is all");
    assert_eq!(node.mesh(&["log", "witness"]).code, 0);
    assert_eq!(
        node.mesh(&["log", "witness", "--show"]).out.lines().count(),
        2
    );
    let folder = node.stop();
    let home = folder.path().join("home");
    let pin = folder.path().join("mesh.pin").display().to_string();
    let export = mesh(&home, &["log", "export", "--pin", &pin]);
    assert!(
        export.err.contains(kept["key"].as_str().unwrap()),
        "{}",
        export.err
    );
    let outside = folder.path().join("witness.jsonl").display().to_string();
    fs::copy(&witness, &outside).unwrap();

    let verify = |home: &Path, more: &[&str]| {
        let said = mesh(home, &[&["log", "verify", "--json"], more].concat());
        let verified: Value = serde_json::from_str(&said.out).unwrap();
        (said.code, verified)
    };
    let key = kept["key"].as_str().unwrap();
    for more in [&["--key", &pin][..], &["--key", key, "--witness", &outside]] {
        let (code, verified) = verify(&home, more);
        assert_eq!(
            (code, &verified["pinned"]),
            (0, &Value::Bool(true)),
            "{verified}"
        );
        assert!(
            verified["witnessed"]["checkpoints"].as_u64() >= Some(2),
            "{verified}"
        );
        assert_eq!(verified["keys"][0]["key"], key);
    }

    // Somebody else's key under other words: in itself the log is sound.
    let copy = folder.path().join("forged");
    let forger = SigningKey::from_bytes(&[9; 32]);
    import(
        &copy,
        &forged(export.out.as_bytes(), &forger, "is 10", "is 99"),
    );
    assert!(mesh(&copy, &["log", "export"]).out.contains("is 99"));
    let (code, verified) = verify(&copy, &[]);
    assert_eq!(
        (code, &verified["pinned"]),
        (0, &Value::Bool(false)),
        "{verified}"
    );
    let mine = PublicKey(forger.verifying_key().to_bytes()).to_string();
    for more in [["--key", &pin], ["--key", key], ["--witness", &outside]] {
        let (code, verified) = verify(&copy, &more);
        assert_eq!(code, 1, "{verified}");
        assert!(verified["foreign"].is_string(), "{verified}");
    }
    // Who takes the forger's key for the node's is still told by the witness.
    let (code, verified) = verify(&copy, &["--key", &mine, "--witness", &outside]);
    assert_eq!(code, 1, "{verified}");

    // The end was cut off between two batches: in itself sound as well.
    let lines: Vec<&str> = export.out.lines().collect();
    let ends = lines
        .iter()
        .rposition(|line| line.starts_with("{\"c\":"))
        .unwrap();
    let before = lines[..ends]
        .iter()
        .rposition(|line| line.starts_with("{\"c\":"))
        .unwrap();
    let short = folder.path().join("short");
    import(
        &short,
        format!("{}\n", lines[..=before].join("\n")).as_bytes(),
    );
    assert_eq!(verify(&short, &["--key", key]).0, 0);
    let (code, verified) = verify(&short, &["--key", &pin]);
    assert_eq!(code, 1);
    assert!(
        verified["foreign"].as_str().unwrap().contains("cut off"),
        "{verified}"
    );
}

#[test]
fn a_replaced_vault_is_shown_and_its_key_has_to_be_known() {
    let (_folder, home) = talked();
    let export = mesh(&home, &["log", "export"]);
    let other = tempfile::tempdir().unwrap();
    let copy = other.path().join("home");
    import(&copy, export.out.as_bytes());
    let node = Node::start_in(other, &["--new-vault"]);
    let folder = node.stop();
    let copy = folder.path().join("home");
    let (code, verified) = verify(&copy);
    assert_eq!(
        (code, verified["keys"].as_array().unwrap().len()),
        (0, 2),
        "{verified}"
    );
    let key = |at: usize| verified["keys"][at]["key"].as_str().unwrap().to_owned();
    assert!(
        mesh(&copy, &["log", "verify"])
            .out
            .contains("since the vault was replaced")
    );
    let first = mesh(&copy, &["log", "verify", "--key", &key(0)]);
    assert_eq!(first.code, 1);
    assert!(first.out.contains("the vault was replaced") && first.out.contains(&key(1)));
    let both = mesh(
        &copy,
        &["log", "verify", "--key", &key(0), "--key", &key(1)],
    );
    assert_eq!(both.code, 0, "{}", both.out);
}

#[test]
fn an_export_makes_the_same_mesh_elsewhere() {
    let (_folder, home) = talked();
    let export = mesh(&home, &["log", "export"]);
    assert_eq!(export.code, 0, "{}", export.err);
    let other = tempfile::tempdir().unwrap();
    let copy = other.path().join("home");
    import(&copy, export.out.as_bytes());
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

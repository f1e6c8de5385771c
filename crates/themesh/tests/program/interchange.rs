//! `mesh interchange` as whoever runs it meets it.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::node::{command, mesh};

/// An interchange in a process of its own, and what it said when it was up.
fn start(home: &Path, args: &[&str]) -> (Child, Value) {
    start_at(home, "127.0.0.1:0", args)
}

/// The same, at an address.
pub fn start_at(home: &Path, listen: &str, args: &[&str]) -> (Child, Value) {
    let mut child = command(home)
        .args(["interchange", "--listen", listen, "--json"])
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

fn stop(mut child: Child) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").arg(pid).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_interchange_is_the_same_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let secret = folder.path().join("secret.txt");
    std::fs::write(&secret, "correct horse battery\n").unwrap();
    let given = [
        "--mode",
        "self-hosted",
        "--secret-file",
        secret.to_str().unwrap(),
    ];
    let (child, first) = start(&home, &given);
    stop(child);
    std::fs::remove_file(&secret).unwrap();
    // The hash of the secret is kept, so the file is needed once.
    let (child, second) = start(&home, &["--mode", "self-hosted"]);
    stop(child);
    assert_eq!(first["key"], second["key"]);
    for file in std::fs::read_dir(home.join("interchange")).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", file.path());
        assert!(
            !std::fs::read_to_string(file.path())
                .unwrap()
                .contains("horse")
        );
    }
}

#[test]
fn an_interchange_says_what_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let short = folder.path().join("short.txt");
    std::fs::write(&short, "short\n").unwrap();
    let short = short.to_str().unwrap();
    let cases: [(&[&str], &str); 7] = [
        (&["--listen", "everywhere"], "no address to listen at"),
        (&["--listen", "0.0.0.0:0"], "this one alone"),
        (
            &["--listen", "0.0.0.0:0", "--mode", "public"],
            "not encrypted",
        ),
        (&["--allow", "ab"], "--mode self-hosted"),
        (
            &["--mode", "self-hosted", "--allow", "/nowhere"],
            "cannot be read",
        ),
        (
            &["--mode", "self-hosted", "--secret-file", short],
            "has 5 characters",
        ),
        (&["--mode", "self-hosted"], "a list of keys or a secret"),
    ];
    for (args, words) in cases {
        let all = [&["interchange"], args].concat();
        let said = mesh(&home, &all);
        assert_ne!(said.code, 0, "{args:?}");
        assert!(said.err.contains(words), "{args:?}: {}", said.err);
    }
}

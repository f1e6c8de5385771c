//! A node in a process of its own, on a free port, in a temporary folder.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use mesh_model::ops::Operation;
use mesh_sdk::http::Http;
use serde_json::Value;
use tempfile::TempDir;

/// The program under test: the shipped one if the caller names it.
pub fn binary() -> PathBuf {
    std::env::var_os("MESH_BIN").map_or_else(|| env!("CARGO_BIN_EXE_mesh").into(), PathBuf::from)
}

/// A folder and the node running on it.
pub struct Node {
    pub folder: TempDir,
    pub url: String,
    child: Child,
    /// Kept: a closed pipe would end the node's words.
    _out: BufReader<ChildStdout>,
}

impl Node {
    /// Starts a node in a fresh folder.
    pub fn start() -> Node {
        Node::start_in(tempfile::tempdir().unwrap(), &[])
    }

    /// Starts a node in a folder with more arguments, and waits until it says where it is.
    pub fn start_in(folder: TempDir, args: &[&str]) -> Node {
        Node::listening(folder, "127.0.0.1:0", args)
    }

    /// Starts a node where one was before.
    pub fn start_at(folder: TempDir, address: &str) -> Node {
        Node::listening(folder, address, &[])
    }

    fn listening(folder: TempDir, address: &str, args: &[&str]) -> Node {
        let mut child = command(&folder.path().join("home"))
            .args(["up", "--listen", address, "--json"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let said: Value =
            serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: '{line}'"));
        Node {
            folder,
            url: said["url"].as_str().unwrap().to_owned(),
            child,
            _out: out,
        }
    }

    /// The mesh's folder.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Kills the node without a warning; the folder stays.
    pub fn kill(mut self) -> TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let empty = tempfile::tempdir().unwrap();
        std::mem::replace(&mut self.folder, empty)
    }

    /// Asks the node to stop and waits until it has.
    pub fn stop(mut self) -> TempDir {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &pid])
                .status()
                .unwrap()
                .success()
        );
        assert!(self.child.wait().unwrap().success());
        let empty = tempfile::tempdir().unwrap();
        std::mem::replace(&mut self.folder, empty)
    }

    /// Runs a verb as the owner.
    pub fn mesh(&self, args: &[&str]) -> Said {
        mesh(&self.home(), args)
    }

    /// Runs a verb and gives its JSON.
    pub fn json(&self, args: &[&str]) -> Value {
        let said = self.mesh(&[args, &["--json"]].concat());
        assert_eq!(said.code, 0, "{args:?}: {}", said.err);
        serde_json::from_str(&said.out).unwrap_or_else(|why| panic!("{why}: '{}'", said.out))
    }

    /// A client that acts as the owner.
    pub fn http(&self) -> Http {
        let token = std::fs::read_to_string(self.home().join("owner.token")).unwrap();
        Http::new(&self.url, Some(token.trim().to_owned()))
    }

    /// Calls an operation as the owner; the input is JSON.
    pub fn call<O: Operation>(&self, input: Value) -> O::Output {
        self.http()
            .call::<O>(serde_json::from_value(input).unwrap())
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

/// What a verb said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs a verb on a folder.
pub fn mesh(home: &Path, args: &[&str]) -> Said {
    said(
        command(home)
            .args(args)
            .stdin(Stdio::null())
            .output()
            .unwrap(),
    )
}

pub fn said(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The program with a folder and nothing else from the environment that would change it.
pub fn command(home: &Path) -> Command {
    let mut command = Command::new(binary());
    for name in [
        "MESH_HOME",
        "MESH_URL",
        "MESH_AS",
        "MESH_TOKEN",
        "MESH_LOG",
        "MESH_ATTEMPT",
        "MESH_SESSION",
    ] {
        command.env_remove(name);
    }
    command.arg("--home").arg(home);
    command
}

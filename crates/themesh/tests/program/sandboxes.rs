//! Sandboxes that a machine's owner offers: `mesh sandbox serve`, `sandbox.run` by the command line and over HTTP, and the
//! client of E2B, which others wrote.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use mesh_model::ErrorCode;
use mesh_model::ops::{MemberAdd, SandboxRun, TokenCreate, UserCreate};
use mesh_sdk::Error;
use mesh_sdk::http::Http;
use serde_json::{Value, json};

use super::confined::can;
use super::node::{Node, Said, command};

/// `mesh sandbox serve`.
struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Serving {
    fn start(node: &Node, args: &[&str]) -> Serving {
        let mut child = command(&node.home())
            .args([
                "--as", "rex", "sandbox", "serve", "--room", "lab", "--name", "box",
            ])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Serving { child, out }
    }

    /// Waits for a line with these words and gives what follows them.
    fn until(&mut self, words: &str) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            let read = self.out.read_line(&mut line).unwrap();
            assert!(read > 0, "'{words}' was never said: {all}");
            if let Some((_, rest)) = line.split_once(words) {
                return rest.to_owned();
            }
            all.push_str(&line);
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A node with the room `lab`, in which rex is, and tom, behind whom another person stands.
fn lab() -> Node {
    let node = Node::start();
    assert_eq!(node.mesh(&["register", "rex"]).code, 0);
    assert_eq!(node.mesh(&["room", "create", "lab"]).code, 0);
    let joined = node.mesh(&["--as", "rex", "join", "lab"]);
    assert_eq!(joined.code, 0, "{}", joined.err);
    node
}

/// Somebody of another side, who is in the room and trusted as one of this mesh.
fn stranger(node: &Node) -> String {
    let user = json!({"username": "tom", "password": "correct horse battery", "role": "user"});
    node.call::<UserCreate>(user);
    node.call::<MemberAdd>(json!({"room": "lab", "participant": "tom"}));
    let made = node.call::<TokenCreate>(json!({"participant": "tom"}));
    let made = serde_json::to_value(made).unwrap();
    made["token"].as_str().unwrap().to_owned()
}

fn run(node: &Node, args: &[&str]) -> Said {
    node.mesh(&[&["sandbox", "run", "--ours"][..], args].concat())
}

fn ran(node: &Node, input: Value) -> Value {
    serde_json::to_value(node.call::<SandboxRun>(input)).unwrap()
}

#[test]
fn code_runs_where_a_machines_owner_offers_that() {
    if !can("sandbox.run") {
        return;
    }
    let node = lab();
    let none = run(&node, &["--", "true"]);
    assert!(
        none.code != 0 && none.err.contains("sandbox serve"),
        "{none:?}"
    );
    let mut serving = Serving::start(&node, &[]);
    serving.until("offers sandboxes");
    let said = run(&node, &["--", "python3", "-c", "print(6*7)"]);
    assert_eq!((said.code, said.out.as_str()), (0, "42\n"), "{}", said.err);
    assert_eq!(run(&node, &["--", "sh", "-c", "exit 7"]).code, 7);
    let said = ran(
        &node,
        json!({
            "code": "import sys\nopen('sum.txt','w').write(str(sum(map(int, open('in.txt').read().split()))) + sys.stdin.read())",
            "files": [{"path": "in.txt", "text": "1 2 3"}],
            "stdin": "!", "out": ["sum.txt", "none"],
        }),
    );
    assert_eq!(said["exit"], 0, "{said}");
    assert_eq!(said["files_left_out"], true);
    assert_eq!(
        said["data"]["files"],
        json!([{"path": "sum.txt", "text": "6!"}])
    );
    let said = ran(
        &node,
        json!({"argv": ["sh", "-c", "sleep 1000"], "wall_ms": 300}),
    );
    assert_eq!((&said["late"], &said["exit"]), (&json!(true), &Value::Null));
    let said = ran(
        &node,
        json!({"argv": ["sh", "-c", "yes | head -c 1000000"]}),
    );
    assert_eq!(
        (&said["stdout_cut"], &said["exit"]),
        (&json!(true), &json!(0))
    );
}

#[test]
fn what_runs_in_a_sandbox_sees_and_leaves_nothing() {
    if !can("sandbox.run against attacks") {
        return;
    }
    let node = lab();
    let mut serving = Serving::start(&node, &["--max-processes", "64", "--max-disk", "32"]);
    serving.until("offers sandboxes");
    let home = node.home().display().to_string();
    let script = format!(
        "ls {home} && echo SEEN; \
         cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep MESH_TOKEN; \
         (echo > /dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo REACHED; \
         python3 -c 'import socket; s=socket.socket(socket.AF_UNIX); s.connect(\"\\0/tmp/.X11-unix/X0\")' 2>/dev/null && echo ABSTRACT; \
         head -c 100M /dev/zero > big 2>/dev/null || echo FULL; rm -f big; \
         setsid sleep 98765 >/dev/null 2>&1 & echo over",
        port = node.url.rsplit(':').next().unwrap().trim_end_matches('/'),
    );
    let said = ran(&node, json!({"argv": ["bash", "-c", script]}));
    let out = said["data"]["stdout"].as_str().unwrap();
    assert!(out.contains("FULL") && out.contains("over"), "{said}");
    for bad in ["SEEN", "MESH_TOKEN=", "REACHED", "ABSTRACT"] {
        assert!(!out.contains(bad), "{bad}: {said}");
    }
    // It did not outlive its end: answered is only when all is gone.
    let left = Command::new("pgrep").args(["-f", "sleep 98765"]).output();
    if let Ok(left) = left {
        assert!(left.stdout.is_empty(), "{left:?}");
    }
    // A fork bomb holds up nobody but itself.
    let bomb = json!({"argv": ["bash", "-c", "b() { b | b & }; b; sleep 1000"], "wall_ms": 500});
    let said = ran(&node, bomb);
    assert_ne!(said["exit"], 0, "{said}");
    let said = run(&node, &["--", "echo", "well"]);
    assert_eq!(said.out, "well\n", "{}", said.err);
}

#[test]
fn others_use_them_only_if_the_owner_of_the_machine_lets_them() {
    if !can("sandbox.run for others") {
        return;
    }
    let node = lab();
    let tom = Http::new(&node.url, Some(stranger(&node)));
    let input = json!({"at": "box", "argv": ["true"]});
    let ask = || tom.call::<SandboxRun>(serde_json::from_value(input.clone()).unwrap());
    {
        let mut serving = Serving::start(&node, &[]);
        serving.until("offers sandboxes");
        let said = serde_json::to_value(ask().unwrap()).unwrap();
        assert_eq!(
            (&said["ok"], &said["exit"]),
            (&json!(false), &Value::Null),
            "{said}"
        );
        // Without a name nobody else's machine is taken.
        let own = json!({"argv": ["true"]});
        match tom.call::<SandboxRun>(serde_json::from_value(own).unwrap()) {
            Err(Error::Refused(refusal)) => assert_eq!(refusal.code, ErrorCode::NotFound),
            other => panic!("{other:?}"),
        }
    }
    let mut serving = Serving::start(&node, &["--executors"]);
    serving.until("offers sandboxes");
    let said = serde_json::to_value(ask().unwrap()).unwrap();
    assert_eq!(said["ok"], false, "{said}");
}

/// Python with E2B's client, if it is installed here.
fn python() -> Option<std::path::PathBuf> {
    let peers = std::env::var_os("MESH_PEERS").map(std::path::PathBuf::from);
    let python = peers.map_or("python3".into(), |peers| peers.join("bin/python"));
    let has = Command::new(&python)
        .args(["-c", "import e2b"])
        .stderr(Stdio::null())
        .status();
    if has.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    if let Some(skips) = std::env::var_os("MESH_SKIPS") {
        let why = "e2b: E2B's own client is not installed, so it drove no sandbox; `make test` installs it, or set MESH_PEERS to what tests/peers/install.sh prints last\n";
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(skips);
        file.unwrap().write_all(why.as_bytes()).unwrap();
    }
    None
}

#[test]
fn e2bs_own_client_drives_a_sandbox() {
    let Some(python) = python().filter(|_| can("e2b")) else {
        return;
    };
    let node = lab();
    let other = stranger(&node);
    let mut serving = Serving::start(&node, &["--e2b", "127.0.0.1:0", "--max-disk", "128"]);
    let url = serving.until("listens at ");
    let url = url.split_whitespace().next().unwrap().to_owned();
    serving.until("offers sandboxes");
    let token = std::fs::read_to_string(node.home().join("owner.token")).unwrap();
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/peers/e2b_client.py"
    );
    let ended = Command::new(python)
        .args([script, &url])
        .env("E2B_API_KEY", token.trim())
        .env("OTHER_KEY", other)
        .env("MESH_HOME_OF_TEST", node.home())
        .env("NO_PROXY", "*")
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr),
    );
    assert!(ended.status.success() && out.contains("done"), "{out}{err}");
}

//! Webhooks as people use them on the command line, and a node that is killed while it delivers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use super::node::{Node, command, said};
use serde_json::json;

/// A delivery, and the connection on which it waits for an answer.
pub struct Came {
    headers: Vec<(String, String)>,
    pub body: String,
    stream: TcpStream,
}

impl Came {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        &found.expect("the header").1
    }

    pub fn answer(mut self, status: &str) {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        self.stream.write_all(answer.as_bytes()).unwrap();
    }
}

pub fn next(listener: &TcpListener) -> Came {
    let (stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim_end().is_empty() {
            break;
        }
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
    }
    let mut came = Came {
        headers,
        body: String::new(),
        stream,
    };
    let mut body = vec![0; came.header("content-length").parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    came.body = String::from_utf8(body).unwrap();
    came
}

/// A node that may tell this machine, and who listens there.
pub fn start() -> (Node, TcpListener, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("home")).unwrap();
    let settings = "[webhooks]\nprivate = [\"127.0.0.1\"]\n";
    std::fs::write(folder.path().join("home/plugins.toml"), settings).unwrap();
    let node = Node::start_in(folder, &[]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    (node, listener, url)
}

#[test]
fn a_webhook_is_added_tried_and_its_deliveries_are_checked() {
    let (node, listener, url) = start();
    let made = node.json(&["webhook", "add", &url, "--kinds", "message.posted"]);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"), "{secret}");
    let receiver = std::thread::spawn(move || {
        let came = next(&listener);
        let told = (
            came.header("webhook-id").to_owned(),
            came.header("webhook-timestamp").to_owned(),
            came.header("webhook-signature").to_owned(),
            came.body.clone(),
        );
        came.answer("200 OK");
        told
    });
    let tested = node.mesh(&["webhook", "test"]);
    assert_eq!(tested.code, 0, "{}", tested.err);
    let (id, at, signature, body) = receiver.join().unwrap();
    let verify = |secret: &str, body: &str| {
        let mut program = command(&node.home());
        program.args(["webhook", "verify", "--id", &id, "--timestamp", &at]);
        program.args(["--signature", &signature]);
        program.env("MESH_WEBHOOK_SECRET", secret);
        program.stdin(std::process::Stdio::piped());
        program.stdout(std::process::Stdio::piped());
        program.stderr(std::process::Stdio::piped());
        let mut running = program.spawn().unwrap();
        running
            .stdin
            .take()
            .unwrap()
            .write_all(body.as_bytes())
            .unwrap();
        said(running.wait_with_output().unwrap())
    };
    assert_eq!(verify(secret, &body).code, 0);
    assert_ne!(verify(secret, "{}").code, 0);
    assert_ne!(verify("whsec_AAAA", &body).code, 0);
    let list = node.mesh(&["webhook", "list"]);
    assert!(
        list.out.contains("http://127.0.0.1:") && !list.out.contains("/hook"),
        "{}",
        list.out
    );
    // Nobody is there any more.
    assert_ne!(node.mesh(&["webhook", "test"]).code, 0);
    assert_eq!(node.mesh(&["webhook", "remove"]).code, 0);
    assert_eq!(node.json(&["webhook", "list"])["items"], json!([]));
    assert_eq!(node.mesh(&["log", "verify"]).code, 0);
}

#[test]
fn what_a_killed_node_had_sent_comes_again_under_the_same_id() {
    let (node, listener, url) = start();
    node.json(&["webhook", "add", &url, "--kinds", "message.posted"]);
    node.json(&["say", "general", "one"]);
    next(&listener).answer("200 OK");
    node.json(&["say", "general", "two"]);
    // It is sent and not answered when the node is killed.
    let unanswered = next(&listener);
    let folder = node.kill();
    let node = Node::start_in(folder, &[]);
    let three = node.json(&["say", "general", "three"])["id"].to_string();
    let mut ids = vec![unanswered.header("webhook-id").to_owned()];
    drop(unanswered);
    let mut bodies = Vec::new();
    while bodies
        .last()
        .is_none_or(|body: &String| !body.contains(&three))
    {
        let came = next(&listener);
        ids.push(came.header("webhook-id").to_owned());
        bodies.push(came.body.clone());
        came.answer("200 OK");
    }
    // Nothing is missing: what was sent without an answer came again, then what followed.
    assert!(ids[1..].contains(&ids[0]), "{ids:?}");
    let mut once = ids[1..].to_vec();
    once.dedup();
    assert_eq!(once.len(), ids.len() - 1, "{ids:?}");
}

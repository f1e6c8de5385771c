//! `mesh mcp`: a conversation over standard input and output.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::node::{Node, command};

pub(super) struct Talk {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    id: u64,
}

impl Talk {
    fn say(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    /// Starts the pump as rex and says hello. The client's words go to `url` if there is one.
    fn begin(home: &Path, url: Option<&str>) -> (Child, Talk) {
        Talk::begin_as(home, url, "rex")
    }

    pub(super) fn begin_as(home: &Path, url: Option<&str>, who: &str) -> (Child, Talk) {
        let mut pump = command(home);
        if let Some(url) = url {
            pump.args(["--url", url]);
        }
        let mut child = pump
            .args(["--as", who, "mcp"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut talk = Talk {
            input: child.stdin.take().unwrap(),
            output: BufReader::new(child.stdout.take().unwrap()),
            id: 0,
        };
        let client = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
        let hello = talk.ask("initialize", client);
        assert_eq!(hello["result"]["protocolVersion"], "2025-11-25", "{hello}");
        talk.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        (child, talk)
    }

    /// What a tool answers, and whether it did it.
    pub(super) fn tool(&mut self, name: &str, arguments: Value) -> (bool, String) {
        let called = json!({"name": name, "arguments": arguments});
        let answer = self.ask("tools/call", called);
        let text = answer["result"]["content"][0]["text"].as_str();
        (
            answer["result"]["isError"] == false,
            text.unwrap_or_else(|| panic!("{answer}")).to_owned(),
        )
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params);
        self.answer(id)
    }

    fn send(&mut self, method: &str, params: Value) -> u64 {
        self.id += 1;
        let id = self.id;
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    fn answer(&mut self, id: u64) -> Value {
        loop {
            let mut line = String::new();
            assert!(
                self.output.read_line(&mut line).unwrap() > 0,
                "the pump ended"
            );
            let answer: Value = serde_json::from_str(&line).unwrap();
            if answer["id"] == id {
                return answer;
            }
        }
    }
}

#[test]
fn an_agent_talks_through_its_tools() {
    let node = Node::start();
    node.mesh(&["register", "rex"]);
    node.mesh(&["--as", "rex", "join", "general"]);
    let (mut child, mut talk) = Talk::begin(&node.home(), None);
    let tools = talk.ask("tools/list", json!({}));
    assert!(tools["result"]["tools"].to_string().len() <= 12_000);
    let said = talk.ask(
        "tools/call",
        json!({"name": "mesh_say", "arguments": {"to": "general", "text": "from a tool"}}),
    );
    assert_ne!(said["result"]["isError"], true, "{said}");
    assert_eq!(
        node.json(&["read", "general"])["items"][0]["from"]["handle"],
        "rex"
    );
    // Missing arguments are read as an empty object.
    let rooms = talk.ask("tools/call", json!({"name": "mesh_rooms"}));
    assert!(rooms["result"].to_string().contains("general"), "{rooms}");
    let wrong = talk.ask(
        "tools/call",
        json!({"name": "mesh_say", "arguments": {"to": "nowhere"}}),
    );
    assert!(
        wrong["result"]["isError"] == true || wrong["error"].is_object(),
        "{wrong}"
    );
    drop(talk);
    assert!(child.wait().unwrap().success());
}

fn house() -> Node {
    let node = Node::start();
    node.mesh(&["register", "rex"]);
    node.mesh(&["--as", "rex", "join", "general"]);
    node
}

fn saying(text: &str) -> Value {
    json!({"name": "mesh_say", "arguments": {"to": "general", "text": text}})
}

fn said(node: &Node) -> Vec<String> {
    let page = node.json(&["read", "general"]);
    let texts = page["items"].as_array().unwrap().iter();
    texts
        .map(|item| item["text"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_is_said_at_once_stands_in_the_order_in_which_it_was_said() {
    let node = house();
    let (mut child, mut talk) = Talk::begin(&node.home(), None);
    let text = |n: usize| {
        format!(
            "{n} {}",
            vec!["word"; if n.is_multiple_of(2) { 3000 } else { 1 }].join(" ")
        )
    };
    let texts: Vec<String> = (0..20).map(text).collect();
    let asked: Vec<u64> = texts
        .iter()
        .map(|text| talk.send("tools/call", saying(text)))
        .collect();
    for id in asked {
        let answer = talk.answer(id);
        assert_ne!(answer["result"]["isError"], true, "{answer}");
    }
    assert_eq!(said(&node), texts);
    drop(talk);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_session_goes_on_when_the_node_was_started_anew() {
    let node = house();
    let (mut child, mut talk) = Talk::begin(&node.home(), None);
    talk.ask("tools/call", saying("before"));
    let folder = node.kill();
    // Two at once: one of them begins the session anew for both.
    let asked = [
        talk.send("tools/call", saying("while it is away")),
        talk.send("tools/call", json!({"name": "mesh_rooms"})),
    ];
    // It comes back at another address.
    let node = Node::start_in(folder, &[]);
    let mut answers = std::collections::BTreeMap::new();
    while answers.len() < asked.len() {
        let mut line = String::new();
        assert!(talk.output.read_line(&mut line).unwrap() > 0);
        let answer: Value = serde_json::from_str(&line).unwrap();
        answers.insert(answer["id"].as_u64().unwrap(), answer);
    }
    for id in asked {
        assert_eq!(answers[&id]["result"]["isError"], false, "{answers:?}");
    }
    let open = |node: &Node| node.json(&["session", "list", "--of", "rex"])["items"].clone();
    let before = open(&node);
    let folder = node.stop();
    let node = Node::start_in(folder, &[]);
    let after = talk.ask("tools/call", saying("after"));
    assert_eq!(after["result"]["isError"], false, "{after}");
    assert_eq!(said(&node), ["before", "while it is away", "after"]);
    // What its program has read it has read: the session of the mesh is the same.
    assert_eq!(before.as_array().unwrap().len(), 1, "{before}");
    assert_eq!(open(&node), before);
    drop(talk);
    assert!(child.wait().unwrap().success());
}

/// Passes everything on, but the first answer to somebody who says something: there the connection breaks.
fn breaking(node: &Node) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let upstream = node.url.trim_start_matches("http://").to_owned();
    let broken = Arc::new(AtomicBool::new(false));
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let there = TcpStream::connect(&upstream).unwrap();
            let breaks = Arc::new(AtomicBool::new(false));
            let (from, to) = (there.try_clone().unwrap(), client.try_clone().unwrap());
            let breaking = Arc::clone(&breaks);
            thread::spawn(move || pass(from, to, |_| !breaking.load(Ordering::SeqCst)));
            let broken = Arc::clone(&broken);
            thread::spawn(move || {
                pass(client, there, |part| {
                    let says = part.windows(8).any(|word| word == b"mesh_say");
                    if says && !broken.swap(true, Ordering::SeqCst) {
                        breaks.store(true, Ordering::SeqCst);
                    }
                    true
                });
            });
        }
    });
    url
}

/// Passes bytes on for as long as `on` likes them; then both ends are closed.
fn pass(mut from: TcpStream, mut to: TcpStream, mut on: impl FnMut(&[u8]) -> bool) {
    let mut part = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut part) {
        if !on(&part[..read]) || to.write_all(&part[..read]).is_err() {
            break;
        }
    }
    // Either may be closed already.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_call_whose_answer_was_lost_is_made_again_and_happens_once() {
    let node = house();
    let url = breaking(&node);
    let (mut child, mut talk) = Talk::begin(&node.home(), Some(&url));
    let answer = talk.ask("tools/call", saying("once"));
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    assert_eq!(said(&node), ["once"]);
    drop(talk);
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_pump_goes_when_nobody_reads_it() {
    let node = house();
    let (mut child, talk) = Talk::begin(&node.home(), None);
    drop(talk.output);
    assert!(child.wait().unwrap().success());
    drop(talk.input);
}

//! A folder knows its node: its tokens are shown to that one and to nobody else, whoever listens where
//! it was, or at the usual address.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::thread::{self, JoinHandle};

use super::node::{Node, Said, command, mesh, said};

/// Something that is no node of ours: it answers every request politely and keeps what it was sent.
struct Stranger {
    at: String,
    heard: JoinHandle<String>,
}

impl Stranger {
    fn at(address: &str) -> std::io::Result<Stranger> {
        let listener = TcpListener::bind(address)?;
        let at = listener.local_addr()?.to_string();
        let heard = thread::spawn(move || {
            let mut talks = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut first = [0];
                // One that says nothing at all is the end of the test.
                if stream.peek(&mut first).unwrap() == 0 {
                    break;
                }
                talks.push(thread::spawn(move || listen(&mut stream)));
            }
            talks.into_iter().map(|talk| talk.join().unwrap()).collect()
        });
        Ok(Stranger { at, heard })
    }

    /// Everything that anybody sent.
    fn heard(self) -> String {
        drop(TcpStream::connect(&self.at).unwrap());
        self.heard.join().unwrap()
    }
}

fn listen(stream: &mut TcpStream) -> String {
    let (mut heard, mut part) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = stream.read(&mut part) {
        heard.extend_from_slice(&part[..read]);
        if heard.ends_with(b"\r\n\r\n") {
            // The client may have gone.
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// Every way that a verb finds its node.
const VERBS: &[&[&str]] = &[
    &["rooms"],
    &["say", "general", "for us alone"],
    &["tail"],
    &["invite", "create"],
    &["task", "add", "Look", "--room", "general"],
    &["--as", "rex", "rooms"],
    &["--as", "rex", "tail"],
    &[
        "--as",
        "rex",
        "work",
        "--runner",
        "command",
        "--command",
        "true",
        "--once",
    ],
];

fn each_verb(home: &Path, check: impl Fn(&[&str], Said)) {
    for verb in VERBS {
        check(verb, mesh(home, verb));
    }
}

fn owner_token(home: &Path) -> String {
    let token = std::fs::read_to_string(home.join("owner.token")).unwrap();
    token.trim().to_owned()
}

fn kept(home: &Path, handle: &str, field: &str) -> String {
    let text = std::fs::read_to_string(home.join(format!("clients/{handle}.json"))).unwrap();
    let identity: serde_json::Value = serde_json::from_str(&text).unwrap();
    identity[field].as_str().unwrap().to_owned()
}

#[test]
fn a_stopped_folder_talks_to_nobody_at_the_usual_address() {
    // If the usual address is taken, what listens there is as strange to this folder.
    let stranger = Stranger::at("127.0.0.1:7778").ok();
    let node = Node::start();
    node.json(&["register", "rex"]);
    let folder = node.stop();
    let home = folder.path().join("home");
    assert!(!home.join("node.json").exists());
    each_verb(&home, |verb, said| {
        assert_eq!(said.code, 3, "{verb:?}: {}", said.err);
    });
    let refused = mesh(&home, &["rooms"]).err;
    for word in ["no node runs on", "nothing was sent", "mesh up"] {
        assert!(refused.contains(word), "{refused}");
    }
    if let Some(stranger) = stranger {
        let heard = stranger.heard();
        for token in [owner_token(&home), kept(&home, "rex", "token")] {
            assert!(!heard.contains(&token), "{heard}");
        }
    }
}

#[test]
fn who_listens_where_a_killed_node_was_hears_no_token() {
    let node = Node::start();
    node.json(&["register", "rex"]);
    let address = node.url.trim_start_matches("http://").to_owned();
    let folder = node.kill();
    let home = folder.path().join("home");
    assert!(home.join("node.json").exists());
    let stranger = Stranger::at(&address).unwrap();
    each_verb(&home, |verb, said| {
        assert_eq!(said.code, 3, "{verb:?}: {}", said.err);
    });
    let refused = mesh(&home, &["rooms"]).err;
    assert!(refused.contains("Nothing was sent"), "{refused}");
    let found = mesh(&home, &["doctor"]).out;
    assert!(found.contains("was shown no token"), "{found}");
    let pump = command(&home)
        .args(["--as", "rex", "mcp"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = pump.stdin.as_ref().unwrap();
    writeln!(input, r#"{{"jsonrpc":"2.0","id":1,"method":"ping"}}"#).unwrap();
    let answer = said(pump.wait_with_output().unwrap());
    assert!(answer.out.contains("not the node"), "{}", answer.out);
    let heard = stranger.heard();
    assert!(heard.contains("mesh-challenge"), "{heard}");
    for secret in [
        owner_token(&home),
        kept(&home, "rex", "token"),
        "for us alone".to_owned(),
    ] {
        assert!(!heard.contains(&secret), "{heard}");
    }
}

#[test]
fn one_who_came_by_an_invite_knows_the_node_again() {
    let node = Node::start();
    let invite = node.mesh(&["invite", "create"]);
    let guest = tempfile::tempdir().unwrap();
    let joined = mesh(
        guest.path(),
        &["join", invite.out.lines().next().unwrap(), "--as", "rex"],
    );
    assert_eq!(joined.code, 0, "{}", joined.err);
    let rooms = ["--as", "rex", "rooms"];
    assert_eq!(mesh(guest.path(), &rooms).code, 0);
    let record = std::fs::read_to_string(node.home().join("node.json")).unwrap();
    assert!(record.contains(&kept(guest.path(), "rex", "node_key")));
    // Another mesh's node takes the place of the one that is meant.
    let address = node.url.trim_start_matches("http://").to_owned();
    let folder = node.stop();
    let other = Node::start_at(tempfile::tempdir().unwrap(), &address);
    let refused = mesh(guest.path(), &rooms);
    assert_eq!(refused.code, 3, "{}", refused.err);
    assert!(refused.err.contains("another key"), "{}", refused.err);
    // So it is when the address is given by hand, without a token of its own.
    let refused = mesh(&folder.path().join("home"), &["--url", &other.url, "rooms"]);
    assert_eq!(refused.code, 3, "{}", refused.err);
    let by_hand = command(guest.path())
        .env("MESH_TOKEN", owner_token(&other.home()))
        .args(["--url", &other.url, "rooms"])
        .output()
        .unwrap();
    assert!(by_hand.status.success(), "{by_hand:?}");
}

#[test]
fn a_participant_of_the_folders_own_node_finds_it_elsewhere() {
    let node = Node::start();
    node.json(&["register", "rex"]);
    let before = kept(&node.home(), "rex", "url");
    // The old place is taken, so the node listens at another.
    let folder = node.stop();
    let taken = Stranger::at(before.trim_start_matches("http://")).unwrap();
    let node = Node::start_in(folder, &[]);
    assert_ne!(node.url, before);
    assert_eq!(node.mesh(&["--as", "rex", "rooms"]).code, 0);
    assert_eq!(taken.heard(), "");
}

//! `mesh top` and `mesh chat` on a real terminal, of which a terminal's own parser says what is on it.

use std::io::{Read, Write};
use std::num::NonZero;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use mesh_model::ops::{
    ApprovalAsk, ApprovalGet, InboxList, MemberCapabilities, MessagePost, RoomCreate,
};
use mesh_sdk::http::Http;
use rustix::termios::{LocalModes, tcgetattr};
use serde_json::{Value, json};

use super::node::{Node, command};
use super::pty::Pty;

const COLUMNS: NonZero<u16> = NonZero::new(80).unwrap();
const ROWS: NonZero<u16> = NonZero::new(24).unwrap();

/// A terminal of 80 columns and 24 rows with the program on it.
struct Screen {
    pty: Pty,
    child: Child,
    came: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    all: Vec<u8>,
}

impl Screen {
    fn open(mesh: &Command) -> Screen {
        let pty = Pty::of(COLUMNS.get(), ROWS.get());
        // In a session of its own, whose terminal it is.
        let mut leader = Command::new("setsid");
        leader
            .arg("--ctty")
            .arg(mesh.get_program())
            .args(mesh.get_args());
        for (name, value) in mesh.get_envs() {
            match value {
                Some(value) => leader.env(name, value),
                None => leader.env_remove(name),
            };
        }
        leader
            .env("TERM", "xterm-256color")
            .env("TZ", "UTC")
            .env("NO_COLOR", "1");
        let child = leader
            .stdin(pty.theirs())
            .stdout(pty.theirs())
            .stderr(pty.theirs())
            .spawn()
            .unwrap();
        let (sender, came) = channel();
        let mut own = pty.own.try_clone().unwrap();
        thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count @ 1..) = own.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Screen {
            pty,
            child,
            came,
            parser: vt100::Parser::new(ROWS, COLUMNS, 0),
            all: Vec::new(),
        }
    }

    fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// Waits until the screen is as it should be.
    fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        loop {
            let text = self.text();
            if holds(&text) {
                return text;
            }
            match self.came.recv_timeout(Duration::from_secs(60)) {
                Ok(bytes) => {
                    self.parser.process(&bytes);
                    self.all.extend(bytes);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("waited for {what}; the screen shows:\n{text}")
                }
            }
        }
    }

    fn shows(&mut self, words: &str) -> String {
        self.until(words, |text| text.contains(words))
    }

    fn press(&mut self, keys: &str) {
        self.pty.own.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for its end; the terminal is as it was before.
    fn ended(mut self) -> String {
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status:?}: {}", self.text());
        let modes = tcgetattr(&self.pty.own).unwrap().local_modes;
        assert!(
            modes.contains(LocalModes::ICANON | LocalModes::ECHO),
            "keys come in lines again"
        );
        while let Ok(bytes) = self.came.try_recv() {
            self.parser.process(&bytes);
            self.all.extend(bytes);
        }
        assert!(
            !self.parser.screen().alternate_screen(),
            "the screen of before is there again"
        );
        assert!(
            !self.parser.screen().hide_cursor(),
            "the cursor is seen again"
        );
        self.text()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A node with a room, and an agent in it.
fn workshop() -> (Node, Http) {
    let node = Node::start();
    node.call::<RoomCreate>(json!({"name": "workshop"}));
    node.json(&["register", "rex"]);
    node.json(&["--as", "rex", "join", "workshop"]);
    node.call::<MemberCapabilities>(json!({
        "room": "workshop", "participant": "rex",
        "capabilities": ["speak", "listen", "execute", "data-read", "data-write"],
    }));
    let identity = std::fs::read_to_string(node.home().join("clients/rex.json")).unwrap();
    let identity: Value = serde_json::from_str(&identity).unwrap();
    let rex = Http::new(&node.url, identity["token"].as_str().map(str::to_owned));
    (node, rex)
}

fn says(who: &Http, text: &str) {
    let input = json!({"room": "workshop", "text": text});
    who.call::<MessagePost>(serde_json::from_value(input).unwrap())
        .unwrap();
}

#[test]
fn people_talk_on_a_terminal_and_answer_what_waits() {
    let (node, rex) = workshop();
    let mut chat = Screen::open(command(&node.home()).args(["chat", "workshop"]));
    chat.shows("Nothing has been said here yet.");
    chat.press("look at this, @re\t");
    chat.shows("look at this, @rex");
    chat.press("please\r");
    chat.until("the message, stored", |text| {
        text.contains("  look at this, @rex please") && !text.contains("on its way")
    });
    let inbox = rex.call::<InboxList>(Default::default()).unwrap();
    assert_eq!(&*inbox.items[0].text, "look at this, @rex please");
    assert!(
        inbox.items[0].signed.is_some(),
        "what people say here is signed like `mesh say`"
    );
    says(&rex, "I see it. \u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}evil");
    let seen = chat.shows("I see it.");
    assert!(
        seen.contains("@rex agent") && seen.contains("look at this"),
        "{seen}"
    );
    assert!(
        !chat.all.windows(6).any(|bytes| bytes == b"\x1b]0;ow"),
        "its title is its user's"
    );
    chat.press("half a thought");
    chat.shows("half a thought");
    chat.press("\x03");
    let left = chat.ended();
    assert!(
        left.contains("Not sent") && left.contains("#workshop: half a thought"),
        "{left}"
    );

    let asks = json!({"room": "workshop", "question": "May I run the tests?", "detail": {"command": "cargo nextest run"}});
    let asked = rex
        .call::<ApprovalAsk>(serde_json::from_value(asks).unwrap())
        .unwrap();
    let mut top = Screen::open(command(&node.home()).arg("top"));
    top.shows("@rex asks: May I run the tests?");
    top.shows("1 to approve");
    top.press("a");
    top.shows("│ cargo nextest run");
    top.press("a");
    top.shows("Approved, once. @rex goes on.");
    let answer = json!({"approval": asked.id});
    let answer = rex
        .call::<ApprovalGet>(serde_json::from_value(answer).unwrap())
        .unwrap();
    assert_eq!(serde_json::to_value(answer).unwrap()["state"], "approved");
    let asks = json!({"room": "workshop", "question": "And again?"});
    rex.call::<ApprovalAsk>(serde_json::from_value(asks).unwrap())
        .unwrap();
    top.shows("@rex asks: And again?");
    top.press("q");
    top.ended();
}

#[test]
fn what_is_said_while_the_node_is_away_is_sent_when_it_is_back() {
    let (node, _) = workshop();
    let mut chat = Screen::open(command(&node.home()).args(["chat", "workshop"]));
    chat.shows("Nothing has been said here yet.");
    let address = node.url.trim_start_matches("http://").to_owned();
    let folder = node.kill();
    chat.shows("not connected since");
    chat.press("are you there?\r");
    chat.shows("sent when the node is back");
    let node = Node::start_at(folder, &address);
    chat.until("the message, stored", |text| {
        text.contains("● live") && text.contains("are you there?") && !text.contains("waits:")
    });
    let read = node.json(&["read", "workshop"]);
    assert_eq!(read["items"][0]["text"], "are you there?");
    chat.press("\x03");
    chat.ended();
}

#[test]
fn the_terminal_is_given_back_when_the_program_is_told_to_end() {
    let (node, _) = workshop();
    let mut top = Screen::open(command(&node.home()).arg("top"));
    top.shows("Nothing waits for your answer.");
    let pid = top.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    top.ended();
}

#[test]
fn without_a_terminal_the_plain_commands_are_named() {
    let (node, _) = workshop();
    for (screen, plain) in [("top", "mesh approvals"), ("chat", "mesh say")] {
        let said = node.mesh(&[screen]);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.out.is_empty() && said.err.contains(plain), "{said:?}");
    }
}

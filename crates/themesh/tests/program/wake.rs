//! A real program in a terminal of its own: idle, woken by a message, answering it with a tool; and what becomes of the message when
//! the conversation is begun anew or the program dies. The model behind it is a script.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use mesh_model::Seq;
use mesh_sdk::{Client, Filter, Items, Options};

use super::agents::peers;
use super::hooks::Stage;
use super::pty::Pty;

/// The program with a terminal.
struct Terminal {
    program: Child,
    keys: File,
    screen: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Terminal {
    fn open(stage: &Stage, args: &[&str]) -> Terminal {
        let pty = Pty::open();
        let program = stage
            .program()
            .args(["--allowedTools", "mcp__mesh__mesh_say"])
            .args(args)
            .env("TERM", "xterm-256color")
            .stdin(pty.theirs())
            .stdout(pty.theirs())
            .stderr(pty.theirs())
            .spawn()
            .unwrap();
        let own = pty.own;
        let keys = own.try_clone().unwrap();
        let screen = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&screen);
        // Nobody else holds the other side once the program has ended: reading fails then.
        let reader = std::thread::spawn(move || {
            let (mut own, mut bytes) = (own, [0; 4096]);
            while let Ok(count @ 1..) = own.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                shown.lock().unwrap().push_str(&text);
            }
        });
        Terminal {
            program,
            keys,
            screen,
            reader: Some(reader),
        }
    }

    fn types(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).unwrap();
    }

    /// The person leaves the program; what its hooks had to say is said then.
    fn exits(mut self) {
        self.types("/exit");
        self.types("\r");
        let ended = self.program.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        assert!(ended.success(), "{}", self.screen.lock().unwrap());
    }

    fn dies(mut self) {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// What happens in the mesh, from its beginning.
struct Events<'a> {
    stage: &'a Stage,
    items: Items,
    _client: Client,
}

impl Events<'_> {
    fn of(stage: &Stage) -> Events<'_> {
        let token = std::fs::read_to_string(stage.node.home().join("owner.token")).unwrap();
        let options = Options::new(stage.node.url.as_str(), token.trim());
        let (items, client) = stage.runtime.block_on(async {
            let client = Client::connect(options).await.unwrap();
            let filter = Filter {
                after: Some(Seq(0)),
                types: vec!["session.opened".into(), "message.posted".into()],
                ..Filter::default()
            };
            (client.subscribe(filter).await.unwrap(), client)
        });
        Events {
            stage,
            items,
            _client: client,
        }
    }

    /// Waits until rex has done so many things of this kind, and gives the words of the last.
    fn rex_has(&mut self, times: usize, kind: &str) -> String {
        let mut left = times;
        loop {
            let item = self
                .stage
                .runtime
                .block_on(self.items.next())
                .expect("an event");
            let is_his = item.from.as_ref().is_some_and(|from| from.handle == "rex");
            if item.kind == kind && is_his {
                left -= 1;
                if left == 0 {
                    return item
                        .message()
                        .map(|message| message.text.into_inner())
                        .unwrap_or_default();
                }
            }
        }
    }
}

#[test]
fn a_message_wakes_an_idle_session_which_answers_it() {
    let Some(peers) = peers("claude") else { return };
    let stage = Stage::playing(peers, "wake");
    let mut events = Events::of(&stage);
    let mut terminal = Terminal::open(&stage, &[]);
    // By which it is told of messages. Its tools were started before.
    events.rex_has(1, "session.opened");
    stage.node.json(&["dm", "rex", "are you awake?"]);
    assert_eq!(events.rex_has(1, "message.posted"), "I am awake.");
    let bodies = stage.bodies();
    let woken = |body: &String| body.contains("[mesh:wake]") && body.contains("are you awake?");
    assert!(bodies.iter().any(woken), "{bodies:?}");
    stage.runtime.block_on(stage.script.answered(1));
    // A conversation that is begun anew meanwhile loses nothing.
    terminal.types("/clear");
    terminal.types("\r");
    stage.node.json(&["dm", "rex", "still, are you awake?"]);
    assert_eq!(events.rex_has(1, "message.posted"), "I am awake.");
    terminal.exits();
    for text in ["are you awake?", "still, are you awake?"] {
        let standing = stage.standing(&format!("\"{text}\""));
        assert_eq!(standing["state"], "read", "{standing}");
    }
    assert_eq!(stage.waiting(), 0);
    assert_eq!(stage.script.unmatched(), [""; 0]);
}

#[test]
fn the_last_words_of_a_woken_turn_reach_who_asked() {
    let Some(peers) = peers("claude") else { return };
    let stage = Stage::playing(peers, "wake");
    let mut events = Events::of(&stage);
    let mut terminal = Terminal::open(&stage, &[]);
    events.rex_has(1, "session.opened");
    stage.node.json(&["dm", "rex", "say it aloud"]);
    assert_eq!(events.rex_has(1, "message.posted"), "It is green, I said.");
    let found = stage
        .node
        .json(&["call", "message.search", r#"{"q": "\"It is green\""}"#]);
    let reply = &found["items"][0]["message"];
    assert_eq!(reply["closing"], true, "{found}");
    assert!(reply["reply_to"].is_string(), "{found}");
    // What its person asks there is answered there, also while what woke it before is the last thing that did.
    terminal.types("say it here");
    terminal.types("\r");
    stage.runtime.block_on(stage.script.answered(4));
    terminal.exits();
    let found = stage
        .node
        .json(&["call", "message.search", r#"{"q": "\"It is green\""}"#]);
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
}

#[test]
fn a_program_that_dies_within_a_wake_has_read_nothing() {
    let Some(peers) = peers("claude") else { return };
    let stage = Stage::playing(peers, "wake");
    let mut events = Events::of(&stage);
    let terminal = Terminal::open(&stage, &[]);
    events.rex_has(1, "session.opened");
    // What follows has a conversation to go on with.
    stage.node.json(&["dm", "rex", "are you awake?"]);
    assert_eq!(events.rex_has(1, "message.posted"), "I am awake.");
    stage.runtime.block_on(stage.script.answered(1));
    stage.node.json(&["dm", "rex", "think for long"]);
    // The model has begun to answer, and never ends.
    stage.runtime.block_on(stage.script.answered(2));
    terminal.dies();
    let standing = stage.standing("think for long");
    assert_ne!(standing["state"], "read", "{standing}");
    assert_eq!(stage.waiting(), 1);
    // It is woken with it again where it goes on.
    let terminal = Terminal::open(&stage, &["--continue"]);
    assert_eq!(events.rex_has(1, "message.posted"), "I am awake.");
    terminal.exits();
    let standing = stage.standing("think for long");
    assert_eq!(standing["state"], "read", "{standing}");
    assert_eq!(stage.waiting(), 0);
}

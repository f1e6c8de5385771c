//! Codex in a terminal of its own, started by `mesh codex`: messages wake it, come in while it works, and count as read only when
//! its model has answered them. The model behind it is a script.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

use mesh_script::{Scenario, Script};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::agents::peers;
use super::node::{Node, binary, command};
use super::pty::Pty;

/// A node, the user's folder with Codex's settings, and a scripted model.
struct Stage {
    node: Node,
    peers: PathBuf,
    script: Script,
    runtime: Runtime,
}

impl Stage {
    fn new(peers: PathBuf) -> Stage {
        let node = Node::start();
        let folder = node.folder.path();
        let project = folder.join("project");
        for folder in [&project, &folder.join("user/.codex")] {
            std::fs::create_dir_all(folder).unwrap();
        }
        let project = std::fs::canonicalize(project).unwrap();
        // While it works it is told something, and goes on when that is on its way to it.
        let mesh = format!(
            "'{}' --home '{}'",
            binary().display(),
            node.home().display()
        );
        let say = format!(
            "unset MESH_AS MESH_SESSION; id=$({mesh} --json dm codex 'the second word' | sed -E 's/.*\"id\":\"(m[0-9]+)\".*/\\1/'); \
             until {mesh} call message.receipts \"{{\\\"message\\\":\\\"$id\\\"}}\" | grep -q handed; do :; done"
        );
        let scenario = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../mesh-script/scenarios/codex_delivery.toml");
        let scenario = std::fs::read_to_string(scenario).unwrap();
        let path = folder.join("scenario.toml");
        let quoted = json!(say).to_string();
        let scenario = scenario.replace("\"$COMMAND\"", &quoted);
        std::fs::write(&path, scenario).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let scenario = Scenario::read(&path).unwrap();
        let script = runtime.block_on(Script::start_here(scenario)).unwrap();
        let settings = format!(
            "model = 'scripted'\nmodel_provider = 'script'\napproval_policy = 'never'\n\
             sandbox_mode = 'danger-full-access'\n\
             [model_providers.script]\nname = 'script'\nbase_url = '{}/v1'\nwire_api = 'responses'\n\
             [projects.'{}']\ntrust_level = 'trusted'\n",
            script.url(),
            project.display()
        );
        std::fs::write(folder.join("user/.codex/config.toml"), settings).unwrap();
        Stage {
            node,
            peers,
            script,
            runtime,
        }
    }

    /// What became of the message with this text.
    fn standing(&self, text: &str) -> Value {
        let search = json!({"q": text}).to_string();
        let found = self.node.json(&["call", "message.search", &search]);
        let message = json!({"message": found["items"][0]["message"]["id"]}).to_string();
        let receipts = self.node.json(&["call", "message.receipts", &message]);
        receipts["items"][0]["delivery"].clone()
    }

    /// The messages of codex with this word.
    fn said(&self, word: &str) -> Vec<Value> {
        let search = json!({"q": word, "from": "codex"}).to_string();
        let inbox = self.node.json(&["call", "message.search", &search]);
        let items = inbox["items"].as_array().cloned().unwrap_or_default();
        items
            .into_iter()
            .map(|item| item["message"].clone())
            .collect()
    }

    /// It was read, having been handed once, and stands once in the last request of those that have it.
    fn was_read_once(&self, text: &str) {
        let standing = self.standing(text);
        let told = (&standing["state"], &standing["attempt"]);
        assert_eq!(told, (&json!("read"), &json!(1)), "{text}: {standing}");
        let asked = self.script.asked();
        let whole = format!("@owner to you: {text}");
        let mut times = asked.iter().map(|asked| {
            let items = asked.body["input"].as_array().cloned().unwrap_or_default();
            let has = |item: &&Value| {
                item["output"]
                    .as_str()
                    .is_some_and(|it| it.ends_with(&whole))
            };
            items.iter().filter(has).count()
        });
        assert_eq!(times.rfind(|times| *times > 0), Some(1), "{text}");
    }
}

/// The program with a terminal.
struct Terminal {
    program: Child,
    keys: File,
    screen: Arc<(Mutex<String>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

impl Terminal {
    fn open(stage: &Stage, args: &[&str]) -> Terminal {
        let pty = Pty::open();
        let folder = stage.node.folder.path();
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", stage.peers.join("bin").display());
        let program = command(&stage.node.home())
            .arg("codex")
            .args(args)
            .current_dir(folder.join("project"))
            .env("HOME", folder.join("user"))
            .env_remove("CODEX_HOME")
            .env("PATH", path)
            .env("TERM", "xterm-256color")
            .process_group(0)
            .stdin(pty.theirs())
            .stdout(pty.theirs())
            .stderr(pty.theirs())
            .spawn()
            .unwrap();
        let keys = pty.own;
        let mut own = keys.try_clone().unwrap();
        let screen = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let shown = Arc::clone(&screen);
        // Nobody else holds the other side once the program has ended: reading fails then.
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = own.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                // A terminal says where its cursor is and what it is.
                for (asked, answer) in [("\x1b[6n", "\x1b[1;1R"), ("\x1b[c", "\x1b[?62c")] {
                    if text.contains(asked) {
                        own.write_all(answer.as_bytes()).unwrap();
                    }
                }
                shown.0.lock().unwrap().push_str(&text);
                shown.1.notify_all();
            }
        });
        Terminal {
            program,
            keys,
            screen,
            reader: Some(reader),
        }
    }

    /// Waits until all of these have been written to the screen. The program draws a turn's last words before or after it
    /// tells the window that the turn has ended.
    fn shows(&self, words: &[&str]) {
        self.waits(|shown| words.iter().all(|word| shown.contains(word)));
    }

    fn waits(&self, is_there: impl Fn(&str) -> bool) {
        let screen = self.screen.0.lock().unwrap();
        let there = self.screen.1.wait_while(screen, |shown| !is_there(shown));
        drop(there.unwrap());
    }

    /// The person pastes a text and sends it.
    fn says(&mut self, text: &str) {
        let keys = format!("\x1b[200~{text}\x1b[201~\r");
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// The person leaves the program, which is idle.
    fn exits(mut self) {
        self.keys.write_all(b"\x03").unwrap();
        let ended = self.program.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        assert!(ended.success(), "{}", self.screen.0.lock().unwrap());
    }

    /// All that has the terminal is killed; the server is not, and ends when it notices.
    fn dies(mut self) {
        let group = Pid::from_child(&self.program);
        kill_process_group(group, Signal::KILL).unwrap();
        self.program.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// What the program tells the terminal's window when it waits for somebody to type, and when a turn has ended.
const READY: &str = "state=idle";
const DONE: &str = "state=done";

#[test]
fn a_message_wakes_an_idle_codex_and_another_comes_in_while_it_works() {
    let Some(peers) = peers("codex") else { return };
    let stage = Stage::new(peers);
    let terminal = Terminal::open(&stage, &[]);
    terminal.shows(&[READY]);
    stage.node.json(&["dm", "codex", "the first word"]);
    terminal.shows(&["Bothareheard.", DONE]);
    terminal.exits();
    assert_eq!(stage.script.unmatched(), [""; 0]);
    stage.was_read_once("the first word");
    stage.was_read_once("the second word");
    // It has used no tool to answer, so what it ended with is its answer.
    let said = stage.said("Bothareheard");
    let told: Vec<_> = said.iter().map(|said| &said["closing"]).collect();
    assert_eq!(told, [&json!(true)], "{said:?}");
    // Words of others are data to the model: they are in what a tool gave, and nowhere else.
    for asked in stage.script.asked() {
        for item in asked.body["input"].as_array().unwrap() {
            if item["type"] != "function_call_output" {
                assert!(!item.to_string().contains("the first word"), "{item}");
            }
        }
    }
    let settings = stage.node.folder.path().join("user/.codex/config.toml");
    let settings = std::fs::read_to_string(settings).unwrap();
    assert!(!settings.contains("mesh"), "{settings}");
}

#[test]
fn the_doctor_sends_a_message_and_is_shown_that_codex_has_read_it() {
    let Some(peers) = peers("codex") else { return };
    let stage = Stage::new(peers);
    let away = stage.node.json(&["doctor", "agents"]);
    assert_eq!(away, json!([]));
    let terminal = Terminal::open(&stage, &[]);
    terminal.shows(&[READY]);
    let idle = stage.node.json(&["doctor", "agents"]);
    assert_eq!(idle[0]["reach"], "at_once", "{idle}");
    assert!(idle[0].get("proofs").is_none(), "{idle}");
    let found = stage
        .node
        .json(&["doctor", "agents", "--send", "--wait", "600"]);
    let codex = &found[0];
    assert_eq!(
        (&codex["agent"], &codex["verdict"]),
        (&json!("codex"), &json!("good"))
    );
    let last = codex["proofs"].as_array().unwrap().last().unwrap();
    assert_eq!(last["state"], "read", "{found}");
    terminal.shows(&["Testisheard.", DONE]);
    terminal.exits();
    let asked = stage.script.asked();
    assert!(
        asked
            .iter()
            .any(|asked| asked.body.to_string().contains("A test of the way to you"))
    );
}

#[test]
fn a_request_of_codex_that_failed_has_read_nothing() {
    let Some(peers) = peers("codex") else { return };
    let stage = Stage::new(peers);
    let mut terminal = Terminal::open(&stage, &[]);
    terminal.shows(&[READY]);
    stage.node.json(&["dm", "codex", "please fall over"]);
    terminal.shows(&["scenario"]);
    assert_ne!(stage.standing("please fall over")["state"], "read");
    terminal.says("Go on.");
    terminal.shows(&["Itisheardnow.", DONE]);
    terminal.exits();
    stage.was_read_once("please fall over");
    // A person has begun the turn that read it: what it ended with was for them.
    assert_eq!(stage.said("Itisheardnow"), [Value::Null; 0]);
}

#[test]
fn who_kills_codex_and_its_bridge_finds_the_message_where_it_was() {
    let Some(peers) = peers("codex") else { return };
    let stage = Stage::new(peers);
    let terminal = Terminal::open(&stage, &[]);
    terminal.shows(&[READY]);
    stage.node.json(&["dm", "codex", "think for long"]);
    // The sixth step of the scenario, of which the end never comes.
    stage.runtime.block_on(stage.script.answered(5));
    terminal.dies();
    assert_ne!(stage.standing("think for long")["state"], "read");
    // Nobody types: the conversation that was lost is woken when it is there again.
    let terminal = Terminal::open(&stage, &["resume", "--last"]);
    terminal.shows(&["Itisthought.", DONE]);
    terminal.exits();
    stage.was_read_once("think for long");
    assert_eq!(stage.said("Itisthought").len(), 1);
}

#[test]
fn codex_is_told_once_that_several_rooms_wait_for_its_answer() {
    let Some(peers) = peers("codex") else { return };
    let stage = Stage::new(peers);
    let terminal = Terminal::open(&stage, &[]);
    terminal.shows(&[READY]);
    terminal.exits();
    let joined = stage.node.mesh(&["--as", "codex", "join", "general"]);
    assert_eq!(joined.code, 0, "{}", joined.err);
    // One wake is for both.
    stage.node.json(&["dm", "codex", "asked in private"]);
    stage
        .node
        .json(&["say", "general", "@codex asked in the open"]);
    let terminal = Terminal::open(&stage, &[]);
    terminal.shows(&["Neitherisanswered.", "Iamreminded."]);
    // The second turn has ended, whether or not the window was told of the end of the first before it began.
    terminal.waits(|shown| {
        let last = shown.rfind("state=");
        last.is_some_and(|at| [DONE, READY].iter().any(|is| shown[at..].starts_with(is)))
    });
    terminal.exits();
    assert_eq!(stage.script.unmatched(), [""; 0]);
    stage.was_read_once("asked in private");
    // What is for one of them is not told to the other, and what it says to the reminder is for nobody either.
    assert_eq!(stage.said("Neitherisanswered"), [Value::Null; 0]);
    assert_eq!(stage.said("Iamreminded"), [Value::Null; 0]);
    let asked = stage.script.asked();
    let is_reminder =
        |item: &Value| item["role"] == "user" && item.to_string().contains("[mesh] People wait");
    let reminders = asked.iter().map(|asked| {
        let items = asked.body["input"].as_array().cloned().unwrap_or_default();
        items.iter().filter(|item| is_reminder(item)).count()
    });
    assert_eq!(reminders.max(), Some(1));
}

//! Mail servers that others wrote, pymap and aiosmtpd: one process, told what to do by lines.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

/// Whose mailbox it is. A password is what people choose.
pub const BOT: &str = "bot@example.org";
pub const PASSWORD: &str = "correct \"horse\" \\ bättery";
/// Nothing here takes as long: a test that waits for it has failed.
const LOST: Duration = Duration::from_secs(120);

/// A mail that was sent, as Python reads it.
#[derive(Debug, Deserialize)]
pub struct Sent {
    pub fields: BTreeMap<String, String>,
    pub text: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: Vec<String>,
}

impl Sent {
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Its id, without its signs.
    pub fn id(&self) -> &str {
        self.field("message-id").trim_matches(['<', '>'])
    }
}

pub struct MailServer {
    pub imap: u64,
    pub smtp: u64,
    child: Child,
    stdin: ChildStdin,
    done: Receiver<Value>,
    sent: Receiver<Sent>,
    count: Cell<u32>,
}

/// Python with these servers, or none after having told the report that it is missing.
fn python() -> Option<PathBuf> {
    let peers = std::env::var_os("MESH_PEERS").map(PathBuf::from);
    let python = peers.map(|peers| peers.join("bin/python"));
    if let Some(python) = python.filter(|python| python.exists()) {
        return Some(python);
    }
    let why = "mail: the mail servers are not installed; `make test` installs them, or set MESH_PEERS to what tests/peers/install.sh prints last";
    eprintln!("{why}");
    if let Some(path) = std::env::var_os("MESH_SKIPS") {
        let mut options = std::fs::OpenOptions::new();
        let mut skips = options.append(true).create(true).open(path).unwrap();
        writeln!(skips, "{why}").unwrap();
    }
    None
}

impl MailServer {
    /// Starts both; nothing where they are not installed.
    pub fn start() -> Option<MailServer> {
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/peers/mail_server.py"
        );
        let mut child = Command::new(python()?)
            .args([script, BOT, PASSWORD])
            .env("PYTHONUTF8", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (tell_done, done) = channel();
        let (tell_sent, sent) = channel();
        std::thread::spawn(move || {
            for line in out.lines() {
                let mut line: Value = serde_json::from_str(&line.unwrap()).unwrap();
                // Nobody may listen any more.
                if line.get("sent").is_none() {
                    let _ = tell_done.send(line);
                    continue;
                }
                let mut mail: Sent = serde_json::from_value(line["sent"].take()).unwrap();
                mail.from = line["from"].as_str().unwrap().to_owned();
                mail.to = serde_json::from_value(line["to"].take()).unwrap();
                let _ = tell_sent.send(mail);
            }
        });
        let ports = done.recv_timeout(LOST).unwrap();
        Some(MailServer {
            imap: ports["imap"].as_u64().unwrap(),
            smtp: ports["smtp"].as_u64().unwrap(),
            child,
            stdin,
            done,
            sent,
            count: Cell::default(),
        })
    }

    fn told(&self, what: &Value) {
        let mut stdin = &self.stdin;
        writeln!(stdin, "{what}").unwrap();
        self.done.recv_timeout(LOST).unwrap();
    }

    /// A mail comes into the mailbox.
    pub fn bring(&self, mail: &str) {
        self.told(&json!({"bring": mail}));
    }

    /// The mailbox is another one, with these mails in it.
    pub fn put_back(&self, mails: &[String]) {
        self.told(&json!({"put_back": mails}));
    }

    /// The next mail is answered so.
    pub fn refuse(&self, how: &str) {
        self.told(&json!({"refuse": how}));
    }

    /// All connections to the mailbox end.
    pub fn cut(&self) {
        self.told(&json!({"cut": true}));
    }

    /// The next mail that was sent.
    pub fn sent(&self) -> Sent {
        self.sent.recv_timeout(LOST).unwrap()
    }

    /// What was sent and not looked at so far.
    pub fn left(&self) -> Vec<Sent> {
        self.sent.try_iter().collect()
    }

    /// A mail, with more fields, each with its line's end; and its own id.
    pub fn mail(&self, from: &str, fields: &str, text: &str) -> (String, String) {
        self.count.set(self.count.get() + 1);
        let id = format!("m{}@people.example", self.count.get());
        let to = if fields.lines().any(|field| field.starts_with("To: ")) {
            String::new()
        } else {
            format!("To: {BOT}\n")
        };
        let mail = format!("From: {from}\n{to}Message-ID: <{id}>\n{fields}\n{text}\n");
        (mail.replace('\n', "\r\n"), id)
    }

    /// Somebody writes.
    pub fn write(&self, from: &str, fields: &str, text: &str) -> String {
        let (mail, id) = self.mail(from, fields, text);
        self.bring(&mail);
        id
    }

    /// Somebody answers a mail that was sent, as programs for mail do.
    pub fn reply(&self, from: &str, sent: &Sent, fields: &str, text: &str) -> String {
        let quote: Vec<String> = sent.text.lines().map(|line| format!("> {line}")).collect();
        let quote = quote.join("\n");
        let text = format!("{text}\n\nOn Tue, 1 Dec 2026 at 10:00, The Mesh wrote:\n\n{quote}");
        let (id, subject) = (sent.id(), sent.field("subject"));
        let before = sent.field("references");
        let fields = format!(
            "Subject: Re: {subject}\nIn-Reply-To: <{id}>\nReferences: {before} <{id}>\nContent-Type: text/plain; charset=utf-8\n{fields}"
        );
        self.write(from, &fields, &text)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

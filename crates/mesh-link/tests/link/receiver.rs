//! A web server that does with each delivery what its test says, and remembers what came.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Heard, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// One delivery.
#[derive(Debug)]
pub struct Came {
    pub id: String,
    pub at: u64,
    pub signature: String,
    pub token: Option<String>,
    pub authorization: Option<String>,
    pub body: String,
}

impl Came {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn seq(&self) -> u64 {
        self.json()["data"]["seq"].as_u64().unwrap()
    }
}

/// What it answers: whole bytes; nothing for one that hangs.
pub type Answers = Arc<Mutex<Option<Vec<u8>>>>;

pub struct Receiver {
    pub at: SocketAddr,
    pub answers: Answers,
    came: Heard<Came>,
}

pub fn answer(status: &str, more: &str) -> Option<Vec<u8>> {
    Some(
        format!("HTTP/1.1 {status}\r\n{more}content-length: 0\r\nconnection: close\r\n\r\n").into(),
    )
}

impl Receiver {
    pub fn start() -> Receiver {
        Receiver::at("127.0.0.1:0".parse().unwrap())
    }

    pub fn at(at: SocketAddr) -> Receiver {
        let listener = TcpListener::bind(at).unwrap();
        let at = listener.local_addr().unwrap();
        let answers: Answers = Arc::new(Mutex::new(answer("204 No Content", "")));
        let (tell, came) = channel();
        let shared = Arc::clone(&answers);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tell, answers) = (tell.clone(), Arc::clone(&shared));
                std::thread::spawn(move || serve(stream, &tell, &answers));
            }
        });
        Receiver { at, answers, came }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.at)
    }

    pub fn answers(&self, with: Option<Vec<u8>>) {
        *self.answers.lock().unwrap() = with;
    }

    /// What comes next.
    pub async fn next(&mut self) -> Came {
        // The node runs on other threads.
        tokio::task::block_in_place(|| {
            self.came
                .recv_timeout(Duration::from_secs(20))
                .expect("nothing came")
        })
    }

    /// Whether anything more came so far.
    pub fn is_quiet(&self) -> bool {
        self.came.try_recv().is_err()
    }
}

fn serve(mut stream: TcpStream, tell: &Sender<Came>, answers: &Answers) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => headers.push(line.to_ascii_lowercase().split_once(": ").map(|(name, _)| {
                let (_, value) = line.split_once(": ").unwrap_or_default();
                (name.to_owned(), value.to_owned())
            })),
        }
    }
    let header = |name: &str| {
        let found = headers.iter().flatten().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    let mut body = vec![0; header("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let with = answers.lock().unwrap().clone();
    tell.send(Came {
        id: header("webhook-id")?,
        at: header("webhook-timestamp")?.parse().ok()?,
        signature: header("webhook-signature")?,
        token: header("x-a2a-notification-token"),
        authorization: header("authorization"),
        body: String::from_utf8(body).ok()?,
    })
    .ok()?;
    match with {
        Some(bytes) => stream.write_all(&bytes).ok(),
        // Whoever waits ends it.
        None => reader.read_to_end(&mut Vec::new()).ok().map(drop),
    }
}

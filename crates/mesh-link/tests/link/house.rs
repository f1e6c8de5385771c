//! A node with tools, called through its door, and a web server that remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use mesh_link::outbox::Pace;
use mesh_link::{Hooks, Link, Outbox, Settings};
use mesh_node::{Config, Node};
use mesh_ops::{Door, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

pub struct House {
    _home: TempDir,
    pub door: Door,
    pub owner: String,
    _hooks: Hooks,
    _outbox: Outbox,
}

impl House {
    /// Starts a node whose `plugins.toml` holds this.
    pub async fn start(plugins: &str) -> House {
        House::with_pace(plugins, Pace::default()).await
    }

    /// The same with an outbox that waits so long.
    pub async fn with_pace(plugins: &str, pace: Pace) -> House {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("plugins.toml"), plugins).unwrap();
        let settings = Settings::load(home.path()).unwrap();
        let node = Node::start(Config::new(home.path())).await.unwrap();
        let owner = std::fs::read_to_string(home.path().join("owner.token")).unwrap();
        let hooks = settings.hooks.clone();
        let (private, push) = (settings.webhooks.private.clone(), settings.push.clone());
        let link = Link::new(Arc::clone(&node), home.path(), settings);
        let door = Door::with_tools(node, Arc::new(link));
        House {
            _hooks: Hooks::start(door.clone(), hooks),
            _outbox: Outbox::start(&door, private, push, pace),
            _home: home,
            door,
            owner: owner.trim().to_owned(),
        }
    }

    pub async fn ask(
        &self,
        token: &str,
        name: &str,
        input: Value,
        key: Option<&str>,
    ) -> Result<Value, mesh_model::Refusal> {
        let caller = self.door.authenticate(Some(token), None).await?;
        let options = Options {
            key: key.map(str::to_owned),
            ..Options::default()
        };
        let reply = self.door.call(&caller, name, input, options).await?;
        Ok(serde_json::from_slice(&reply.body).unwrap())
    }

    /// The output of a call of the owner that must succeed.
    pub async fn ok(&self, name: &str, input: Value) -> Value {
        match self.ask(&self.owner, name, input.clone(), None).await {
            Ok(output) => output,
            Err(refusal) => panic!("{name} {input}: {refusal:?}"),
        }
    }

    /// Uses a tool as the owner.
    pub async fn tool(&self, tool: &str, input: Value) -> Value {
        self.ok("tool.call", json!({"tool": tool, "input": input}))
            .await
    }

    /// The code of a refused use of a tool.
    pub async fn refused(&self, token: &str, tool: &str, input: Value) -> &'static str {
        let asked = json!({"tool": tool, "input": input});
        let refusal = self.ask(token, "tool.call", asked, None).await.unwrap_err();
        refusal.code.code()
    }

    /// Registers an agent with these permissions and gives its token.
    pub async fn agent(&self, permissions: &[&str]) -> String {
        let input = json!({"agent": "rex", "permissions": permissions});
        let rex = self.ok("agent.register", input).await;
        rex["token"].as_str().unwrap().to_owned()
    }

    pub async fn stop(self) {
        let node = Arc::clone(self.door.node());
        drop(self);
        node.shutdown().await;
    }
}

/// What a web server was asked: the first line, the headers in small letters, the body.
#[derive(Debug)]
pub struct Asked {
    pub line: String,
    pub headers: Vec<String>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        self.headers
            .iter()
            .find_map(|line| line.strip_prefix(&start))
    }
}

/// A web server that answers everything with the same words.
pub struct Server {
    pub url: String,
    asked: Receiver<Asked>,
}

impl Server {
    pub fn start(status: &'static str, answer: String) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (tell, asked) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Some(request) = stream
                    .ok()
                    .and_then(|stream| serve(stream, status, &answer))
                else {
                    continue;
                };
                if tell.send(request).is_err() {
                    return;
                }
            }
        });
        Server { url, asked }
    }

    /// What it was asked next.
    pub async fn asked(self) -> (Asked, Server) {
        let waited = tokio::task::spawn_blocking(move || {
            let asked = self.asked.recv_timeout(Duration::from_secs(60));
            (asked.expect("nothing was asked"), self)
        });
        waited.await.unwrap()
    }

    /// Whether it was asked anything more so far.
    pub fn was_asked(&self) -> bool {
        self.asked.try_recv().is_ok()
    }
}

fn serve(stream: TcpStream, status: &str, answer: &str) -> Option<Asked> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut asked = Asked {
        line: lines.remove(0),
        headers: lines
            .into_iter()
            .map(|line| match line.split_once(": ") {
                Some((name, value)) => format!("{}: {value}", name.to_lowercase()),
                None => line,
            })
            .collect(),
        body: String::new(),
    };
    let length = asked
        .header("content-length")
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8(body).ok()?;
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    )
    .ok()?;
    Some(asked)
}

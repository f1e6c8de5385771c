//! Two meshes, each a real node on a folder of its own, that speak by a way in memory which can be cut.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mesh_link::federation::{Channel, Dial, Entrance, Federation, Under};
use mesh_link::outbox::Pace;
use mesh_model::{ErrorCode, PublicKey, Refusal};
use mesh_node::{Config, Node};
use mesh_ops::{Door, Options};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};

/// One end of a way in memory.
pub struct End {
    out: mpsc::UnboundedSender<Vec<u8>>,
    inbound: mpsc::UnboundedReceiver<Vec<u8>>,
    up: watch::Receiver<u64>,
    since: u64,
}

impl Channel for End {
    fn send(&mut self, frame: Vec<u8>) -> Under<'_, Result<(), String>> {
        let up = *self.up.borrow() == self.since;
        let sent = self.out.send(frame);
        Box::pin(async move { sent.ok().filter(|()| up).ok_or_else(|| "cut".to_owned()) })
    }

    fn receive(&mut self) -> Under<'_, Result<Vec<u8>, String>> {
        Box::pin(async move {
            let since = self.since;
            tokio::select! {
                biased;
                _ = self.up.wait_for(|now| *now != since) => Err("cut".to_owned()),
                frame = self.inbound.recv() => frame.ok_or_else(|| "closed".to_owned()),
            }
        })
    }
}

/// The network between both. Even numbers: it is up.
pub struct Line {
    up: watch::Sender<u64>,
    entrances: Mutex<Vec<(PublicKey, Entrance)>>,
}

impl Line {
    pub fn new() -> Arc<Line> {
        Arc::new(Line {
            up: watch::Sender::new(0),
            entrances: Mutex::default(),
        })
    }

    /// A node that can be called.
    fn enter(&self, key: PublicKey, entrance: Entrance) {
        self.leave(key);
        self.entrances.lock().unwrap().push((key, entrance));
    }

    /// A way of which a test holds the other end: what it says, and what it hears.
    pub fn way(
        &self,
    ) -> (
        End,
        mpsc::UnboundedSender<Vec<u8>>,
        mpsc::UnboundedReceiver<Vec<u8>>,
    ) {
        let ((out, hears), (says, inbound)) =
            (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        let end = End {
            out,
            inbound,
            up: self.up.subscribe(),
            since: *self.up.borrow(),
        };
        (end, says, hears)
    }

    fn leave(&self, key: PublicKey) {
        self.entrances
            .lock()
            .unwrap()
            .retain(|(known, _)| *known != key);
    }

    pub fn set(&self, up: bool) {
        self.up.send_if_modified(|now| {
            let changed = now.is_multiple_of(2) != up;
            *now += u64::from(changed);
            changed
        });
    }
}

/// What one side calls the others with.
struct Calls {
    line: Arc<Line>,
    own: PublicKey,
}

impl Dial for Calls {
    fn dial(&self, _: String, key: PublicKey) -> Under<'_, Result<Box<dyn Channel>, String>> {
        let since = *self.line.up.borrow();
        let entrances = self.line.entrances.lock().unwrap();
        let found = entrances.iter().find(|(known, _)| *known == key);
        let entrance = found.map(|(_, entrance)| entrance.clone());
        drop(entrances);
        let opened = match entrance.filter(|to| since.is_multiple_of(2) && to.wants(&self.own)) {
            None => Err("nobody is there".to_owned()),
            Some(entrance) => {
                let ((out, there), (back, inbound)) =
                    (mpsc::unbounded_channel(), mpsc::unbounded_channel());
                let end = |out, inbound| End {
                    out,
                    inbound,
                    up: self.line.up.subscribe(),
                    since,
                };
                entrance.take(&self.own, Box::new(end(back, there)));
                Ok(Box::new(end(out, inbound)) as Box<dyn Channel>)
            }
        };
        Box::pin(async move { opened })
    }
}

pub struct Side {
    home: TempDir,
    pub door: Door,
    owner: String,
    pub key: PublicKey,
    line: Arc<Line>,
    federation: Federation,
}

impl Side {
    pub async fn start(line: &Arc<Line>) -> Side {
        Side::at(tempfile::tempdir().unwrap(), line).await
    }

    pub async fn at(home: TempDir, line: &Arc<Line>) -> Side {
        let node = Node::start(Config::new(home.path())).await.unwrap();
        let owner = std::fs::read_to_string(home.path().join("owner.token")).unwrap();
        let key = node.access().mesh().unwrap().node_key;
        let door = Door::new(node);
        let calls = Calls {
            line: Arc::clone(line),
            own: key,
        };
        let pace = Pace {
            first: Duration::from_millis(1),
            most: Duration::from_millis(2),
            ..Pace::default()
        };
        let federation = Federation::start(&door, Arc::new(calls), pace);
        line.enter(key, federation.entrance());
        Side {
            home,
            door,
            owner: owner.trim().to_owned(),
            key,
            line: Arc::clone(line),
            federation,
        }
    }

    pub async fn stop(self) -> TempDir {
        let node = Arc::clone(self.door.node());
        self.line.leave(self.key);
        let Side {
            home,
            door,
            federation,
            ..
        } = self;
        drop((door, federation));
        node.shutdown().await;
        home
    }

    /// Where peers come in.
    pub fn entrance(&self) -> Entrance {
        self.federation.entrance()
    }

    pub async fn restart(self) -> Side {
        let line = Arc::clone(&self.line);
        Side::at(self.stop().await, &line).await
    }

    pub async fn ask(&self, token: &str, name: &str, input: Value) -> Result<Value, Refusal> {
        let caller = self.door.authenticate(Some(token), None).await?;
        let reply = self
            .door
            .call(&caller, name, input, Options::default())
            .await?;
        Ok(serde_json::from_slice(&reply.body).unwrap())
    }

    pub async fn ok(&self, name: &str, input: Value) -> Value {
        match self.ask(&self.owner, name, input.clone()).await {
            Ok(output) => output,
            Err(refusal) => panic!("{name} {input}: {refusal:?}"),
        }
    }

    pub async fn code(&self, name: &str, input: Value) -> ErrorCode {
        self.ask(&self.owner, name, input).await.unwrap_err().code
    }

    /// Follows a room of another one that is open to strangers, as `found`.
    pub async fn joins(&self, other: &Side, room: &Value) -> Value {
        let key = other.key;
        let room = room.as_str().unwrap();
        let address = format!("mesh://{key}@interchange.example.org/{room}");
        let join = json!({"address": address, "name": "home", "room": "found"});
        self.ok("link.join", join).await
    }

    /// Knows the other one, and calls it.
    pub async fn knows(&self, name: &str, other: &Side) {
        let key = other.key.to_string();
        let input = json!({"name": name, "key": key, "address": "https://there.example"});
        self.ok("link.add", input).await;
    }

    pub async fn say(&self, room: &str, text: &str) -> Value {
        self.ok("message.post", json!({"room": room, "text": text}))
            .await
    }

    /// The messages of a room, oldest first: who said them where, and what.
    pub async fn told(&self, room: &str) -> Vec<(String, String)> {
        let list = self
            .ok("message.list", json!({"room": room, "limit": 200}))
            .await;
        let mut told: Vec<(u64, String, String)> = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| {
                let who = match message["relayed"].as_object() {
                    Some(relayed) => format!("{}@{}", relayed["sender"], relayed["origin"]),
                    None => message["from"]["handle"].to_string(),
                };
                let seq = message["seq"].as_u64().unwrap();
                (
                    seq,
                    who.replace('"', ""),
                    message["text"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        told.sort();
        told.into_iter().map(|(_, who, text)| (who, text)).collect()
    }

    pub async fn texts(&self, room: &str) -> Vec<String> {
        self.told(room)
            .await
            .into_iter()
            .map(|(_, text)| text)
            .collect()
    }

    /// Waits until something is as it should be.
    pub async fn until(&self, name: &str, input: Value, is: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let found = async {
            loop {
                if let Ok(shown) = self.ask(&self.owner, name, input.clone()).await {
                    if is(&shown) {
                        return shown;
                    }
                    last = shown;
                }
                tokio::task::yield_now().await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(60), found).await;
        found.unwrap_or_else(|_| panic!("{name} {input}: {last:#}"))
    }

    /// The message of a room with this text.
    pub async fn message(&self, room: &str, text: &str) -> Value {
        let list = self
            .ok("message.list", json!({"room": room, "limit": 200}))
            .await;
        let mut found = items(&list).iter();
        let found = found.find(|message| message["text"] == text);
        found.unwrap_or_else(|| panic!("{text}: {list:#}")).clone()
    }

    /// Waits until a message is as it should be.
    pub async fn until_message(&self, id: &Value, is: impl Fn(&Value) -> bool) -> Value {
        self.until("message.get", json!({"message": id}), is).await
    }

    pub async fn until_texts(&self, room: &str, count: usize) -> Vec<String> {
        let has = |list: &Value| list["items"].as_array().unwrap().len() >= count;
        self.until("message.list", json!({"room": room, "limit": 200}), has)
            .await;
        self.texts(room).await
    }
}

pub fn items(value: &Value) -> &[Value] {
    value["items"].as_array().unwrap()
}

/// North is the home of the room workshop; south follows it as yard.
pub async fn pair() -> (Side, Side, Arc<Line>) {
    let line = Line::new();
    let (north, south) = (Side::start(&line).await, Side::start(&line).await);
    north.ok("room.create", json!({"name": "workshop"})).await;
    north.say("workshop", "before anybody followed").await;
    north.knows("south", &south).await;
    south.knows("north", &north).await;
    north
        .ok("link.share", json!({"link": "south", "room": "workshop"}))
        .await;
    let offered = |link: &Value| !link["offered"].as_array().unwrap().is_empty();
    south
        .until("link.get", json!({"link": "north"}), offered)
        .await;
    let follow = json!({"link": "north", "room": "workshop", "name": "yard"});
    south.ok("link.follow", follow).await;
    let followed = |link: &Value| link["shared"][0]["followed"] == json!(true);
    north
        .until("link.get", json!({"link": "south"}), followed)
        .await;
    (north, south, line)
}

//! Two meshes, each a real node on a folder of its own, that speak by a way in memory which can be cut.

use std::path::Path;
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
struct End {
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
struct Line {
    up: watch::Sender<u64>,
    entrances: Mutex<Vec<(PublicKey, Entrance)>>,
}

impl Line {
    fn new() -> Arc<Line> {
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

    fn leave(&self, key: PublicKey) {
        self.entrances
            .lock()
            .unwrap()
            .retain(|(known, _)| *known != key);
    }

    fn set(&self, up: bool) {
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

struct Side {
    home: TempDir,
    door: Door,
    owner: String,
    key: PublicKey,
    line: Arc<Line>,
    _federation: Federation,
}

impl Side {
    async fn start(line: &Arc<Line>) -> Side {
        Side::at(tempfile::tempdir().unwrap(), line).await
    }

    async fn at(home: TempDir, line: &Arc<Line>) -> Side {
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
            _federation: federation,
        }
    }

    async fn stop(self) -> TempDir {
        let node = Arc::clone(self.door.node());
        self.line.leave(self.key);
        let Side {
            home,
            door,
            _federation,
            ..
        } = self;
        drop((door, _federation));
        node.shutdown().await;
        home
    }

    async fn restart(self) -> Side {
        let line = Arc::clone(&self.line);
        Side::at(self.stop().await, &line).await
    }

    async fn ask(&self, token: &str, name: &str, input: Value) -> Result<Value, Refusal> {
        let caller = self.door.authenticate(Some(token), None).await?;
        let reply = self
            .door
            .call(&caller, name, input, Options::default())
            .await?;
        Ok(serde_json::from_slice(&reply.body).unwrap())
    }

    async fn ok(&self, name: &str, input: Value) -> Value {
        match self.ask(&self.owner, name, input.clone()).await {
            Ok(output) => output,
            Err(refusal) => panic!("{name} {input}: {refusal:?}"),
        }
    }

    async fn code(&self, name: &str, input: Value) -> ErrorCode {
        self.ask(&self.owner, name, input).await.unwrap_err().code
    }

    /// Knows the other one, and calls it.
    async fn knows(&self, name: &str, other: &Side) {
        let key = other.key.to_string();
        let input = json!({"name": name, "key": key, "address": "https://there.example"});
        self.ok("link.add", input).await;
    }

    async fn say(&self, room: &str, text: &str) -> Value {
        self.ok("message.post", json!({"room": room, "text": text}))
            .await
    }

    /// The messages of a room, oldest first: who said them where, and what.
    async fn told(&self, room: &str) -> Vec<(String, String)> {
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

    async fn texts(&self, room: &str) -> Vec<String> {
        self.told(room)
            .await
            .into_iter()
            .map(|(_, text)| text)
            .collect()
    }

    /// Waits until something is as it should be.
    async fn until(&self, name: &str, input: Value, is: impl Fn(&Value) -> bool) -> Value {
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

    async fn until_texts(&self, room: &str, count: usize) -> Vec<String> {
        let has = |list: &Value| list["items"].as_array().unwrap().len() >= count;
        self.until("message.list", json!({"room": room, "limit": 200}), has)
            .await;
        self.texts(room).await
    }
}

fn items(value: &Value) -> &[Value] {
    value["items"].as_array().unwrap()
}

/// North is the home of the room workshop; south follows it as yard.
async fn pair() -> (Side, Side, Arc<Line>) {
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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_on_both_sides_is_in_both_logs_once_and_in_the_order_of_the_home() {
    let (north, south, line) = pair().await;
    north.say("workshop", "hello south").await;
    assert_eq!(south.until_texts("yard", 1).await, ["hello south"]);
    let said = south.say("yard", "hello north").await;
    assert_eq!(said["quarantined"], true, "it waits for its home: {said}");
    south.until_texts("yard", 2).await;
    assert_eq!(
        north.told("workshop").await[1..],
        [
            ("owner".to_owned(), "hello south".to_owned()),
            ("owner@south".to_owned(), "hello north".to_owned())
        ]
    );
    assert_eq!(
        south.told("yard").await,
        [
            ("owner@north".to_owned(), "hello south".to_owned()),
            ("owner".to_owned(), "hello north".to_owned())
        ]
    );

    // Both speak while nobody hears the other; then one of them is started anew.
    line.set(false);
    for n in 0..20 {
        north.say("workshop", &format!("n{n}")).await;
        south.say("yard", &format!("s{n}")).await;
    }
    assert_eq!(
        south.texts("yard").await.len(),
        2,
        "what waits is not posted"
    );
    let south = south.restart().await;
    line.set(true);
    let told = south.until_texts("yard", 42).await;
    let north = north.restart().await;
    north.say("workshop", "the end").await;
    let told = [told, vec!["the end".to_owned()]].concat();
    assert_eq!(south.until_texts("yard", 43).await, told);
    assert_eq!(north.texts("workshop").await[1..], told);
    for side in ["n", "s"] {
        let own = told
            .iter()
            .filter(|text| text.starts_with(side) && text.len() < 4);
        let want: Vec<String> = (0..20).map(|n| format!("{side}{n}")).collect();
        assert_eq!(own.cloned().collect::<Vec<_>>(), want);
    }
    let first = north
        .ok("message.list", json!({"room": "workshop", "limit": 200}))
        .await;
    let brought = items(&first)
        .iter()
        .find(|message| message["text"] == "s0")
        .unwrap();
    assert_eq!(brought["trust"], "untrusted");
    assert_eq!(brought["relayed"]["place"]["mesh"], south.key.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_decides_and_what_it_refuses_is_a_dead_letter() {
    let (north, south, _line) = pair().await;
    let deny = json!({"room": "workshop", "force": true, "policy": {"rules": [
        {"name": "quiet", "effect": "deny", "to": {"participants": ["south"]}, "capabilities": ["speak"]}
    ]}});
    north.ok("room.policy_set", deny).await;
    let said = south.say("yard", "may I?").await;
    let refused = json!({"link": "north"});
    let letters = south
        .until("link.refused", refused.clone(), |list| {
            !items(list).is_empty()
        })
        .await;
    let letter = &items(&letters)[0];
    assert_eq!(
        (&letter["message"], &letter["code"]),
        (&said["id"], &json!("capability_denied"))
    );
    assert!(south.texts("yard").await.is_empty());
    // Nobody here lets out what its home did not take.
    let release = json!({"message": said["id"], "release": true});
    assert_eq!(
        south.code("quarantine.review", release).await,
        ErrorCode::NotFound
    );

    north
        .ok("room.policy_set", json!({"room": "workshop", "policy": {}}))
        .await;
    south.ok("link.retry", json!({"link": "north"})).await;
    assert_eq!(south.until_texts("yard", 1).await, ["may I?"]);
    assert_eq!(north.texts("workshop").await[1..], ["may I?"]);
    south
        .until("link.refused", refused, |list| items(list).is_empty())
        .await;

    // Revoked, the mirror takes nothing more; shared again, it goes on by itself.
    north
        .ok("link.revoke", json!({"link": "south", "room": "workshop"}))
        .await;
    let closed = |link: &Value| link["offered"][0]["open"] == json!(false);
    south
        .until("link.get", json!({"link": "north"}), closed)
        .await;
    let more = json!({"room": "yard", "text": "more"});
    assert_eq!(south.code("message.post", more).await, ErrorCode::Conflict);
    north.say("workshop", "among us").await;
    north
        .ok("link.share", json!({"link": "south", "room": "workshop"}))
        .await;
    let followed = |link: &Value| link["shared"][0]["followed"] == json!(true);
    north
        .until("link.get", json!({"link": "south"}), followed)
        .await;
    north.say("workshop", "with you").await;
    assert_eq!(south.until_texts("yard", 2).await, ["may I?", "with you"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_and_what_is_answered_is_found_on_the_other_side() {
    let (north, south, _line) = pair().await;
    south.ok("agent.register", json!({"agent": "rex"})).await;
    south
        .ok("member.add", json!({"room": "yard", "participant": "rex"}))
        .await;
    north.ok("agent.register", json!({"agent": "rex"})).await;
    north
        .ok(
            "member.add",
            json!({"room": "workshop", "participant": "rex"}),
        )
        .await;
    north.say("workshop", "@rex@south, look").await;
    south.until_texts("yard", 1).await;
    let list = south.ok("message.list", json!({"room": "yard"})).await;
    let asked = &items(&list)[0];
    let rex = south
        .ok("participant.get", json!({"participant": "rex"}))
        .await["id"]
        .clone();
    assert_eq!(asked["mentions"], json!([rex]));
    let here = north.ok("message.list", json!({"room": "workshop"})).await;
    let named = items(&here)
        .iter()
        .find(|message| message["text"] == "@rex@south, look")
        .unwrap();
    assert!(
        named["mentions"].as_array().is_none_or(Vec::is_empty),
        "{named}"
    );

    let answer = json!({"room": "yard", "text": "done", "reply_to": asked["id"]});
    south.ok("message.post", answer).await;
    south.until_texts("yard", 2).await;
    let here = north.ok("message.list", json!({"room": "workshop"})).await;
    let answer = items(&here)
        .iter()
        .find(|message| message["text"] == "done")
        .unwrap();
    assert_eq!(answer["reply_to"], named["id"]);

    // What asks others to run something stays.
    let run = json!({"room": "yard", "text": "run it", "command": true});
    assert_eq!(south.code("message.post", run).await, ErrorCode::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_went_back_stops_both_until_somebody_has_looked() {
    let (north, south, line) = pair().await;
    let old = north.stop().await;
    let kept = tempfile::tempdir().unwrap();
    copy(old.path(), kept.path());
    let north = Side::at(old, &line).await;
    north.say("workshop", "said and lost").await;
    south.until_texts("yard", 1).await;
    north.stop().await;
    let north = Side::at(kept, &line).await;
    let paused = |why: &'static str| move |link: &Value| link["paused"] == json!(why);
    let link = south
        .until("link.get", json!({"link": "north"}), paused("went_back"))
        .await;
    assert_eq!(link["state"], "paused");
    north
        .until("link.get", json!({"link": "south"}), paused("we_went_back"))
        .await;

    south.ok("link.reset", json!({"link": "north"})).await;
    north.ok("link.resume", json!({"link": "south"})).await;
    north.say("workshop", "said again").await;
    assert_eq!(
        south.until_texts("yard", 2).await,
        ["said and lost", "said again"]
    );
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let there = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&there).unwrap();
            copy(&entry.path(), &there);
        } else if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), there).unwrap();
        }
    }
}

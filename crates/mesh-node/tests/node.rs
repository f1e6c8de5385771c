//! A real node in a temporary folder: what it stores, shows and finds again.

use std::sync::Arc;

use mesh_model::command::{ContentEvidence, MessageCommand, PostMessage};
use mesh_model::events::{CommandKey, MessageFacts, MessagePosted, Priority, Trust};
use mesh_model::{Actor, Command, ErrorCode, Facts, RoomId, Seq, Within};
use mesh_node::machine::Taken;
use mesh_node::{Config, Filter, Node, Outcome, StartError, Subscribe as _};
use serde_json::Value;
use serde_json::value::RawValue;
use tempfile::TempDir;

struct Place {
    home: TempDir,
    node: Arc<Node>,
}

impl Place {
    async fn new() -> Place {
        let home = tempfile::tempdir().unwrap();
        let node = Node::start(Config::new(home.path())).await.unwrap();
        Place { home, node }
    }

    /// Stops the node as it should be and starts it again.
    async fn restart(self) -> Place {
        self.node.shutdown().await;
        let Place { home, node } = self;
        drop(node);
        let node = Node::start(Config::new(home.path())).await.unwrap();
        Place { home, node }
    }

    fn owner(&self) -> Actor {
        Actor::Owner(self.node.access().owner().unwrap())
    }

    fn general(&self) -> RoomId {
        self.node.access().room_named("general").unwrap().id
    }

    fn message(&self, text: &str) -> Command {
        let body = RawValue::from_string(format!("{{\"text\":{}}}", Value::from(text))).unwrap();
        Command::Message(MessageCommand::Post(PostMessage {
            room: self.general(),
            mentions: Vec::new(),
            priority: Priority::Next,
            reply_to: None,
            payload_type: None,
            command: false,
            quotes: Vec::new(),
            files: Vec::new(),
            signed: None,
            relayed: None,
            closing: false,
            evidence: ContentEvidence::default(),
            body: Some(body),
        }))
    }

    async fn post(&self, text: &str, key: Option<CommandKey>) -> Result<Outcome, ErrorCode> {
        let command = self.message(text);
        self.node
            .submit(command, self.owner(), None, key)
            .await
            .map_err(|refusal| refusal.code)
    }
}

fn frames(taken: Taken) -> Vec<Value> {
    let Taken::Frames(frames, _) = taken else {
        panic!("cut off")
    };
    frames
        .iter()
        .map(|frame| serde_json::from_slice(frame).unwrap())
        .collect()
}

/// Batches that were stored so far.
fn batches(node: &Node) -> u64 {
    let text = node.metrics().text(node);
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("mesh_batch_events_count "));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_commands_of_one_call_are_stored_together_and_answered_each_for_itself() {
    let place = Place::new().await;
    let (owner, before) = (place.owner(), batches(&place.node));
    let mut commands: Vec<_> = (0..65)
        .map(|at| (place.message(&format!("message {at}")), None))
        .collect();
    // Nobody has this room.
    if let Command::Message(MessageCommand::Post(post)) = &mut commands[30].0 {
        post.room = RoomId(uuid::Uuid::from_u128(1));
    }
    let answers = place
        .node
        .submit_all(commands, owner, None, Within::default())
        .await
        .unwrap();
    let (stored, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].as_ref().unwrap_err().code, ErrorCode::NotFound);
    let places: Vec<u64> = stored
        .into_iter()
        .map(|outcome| outcome.unwrap().first.0)
        .collect();
    assert!(places.windows(2).all(|pair| pair[0] + 1 == pair[1]));
    assert_eq!(places.len(), 64);
    assert_eq!(batches(&place.node), before + 1);
    let none = place
        .node
        .submit_all(Vec::new(), owner, None, Within::default())
        .await;
    assert_eq!(none.unwrap().len(), 0);
    place.node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_stored_is_there_after_a_restart() {
    let place = Place::new().await;
    let outcome = place.post("hello", None).await.unwrap();
    assert_eq!(outcome.count, 1);
    let token = std::fs::read_to_string(place.home.path().join("owner.token")).unwrap();
    let place = place.restart().await;
    assert_eq!(place.node.head(), outcome.last());
    assert_eq!(
        std::fs::read_to_string(place.home.path().join("owner.token")).unwrap(),
        token
    );
    let next = place.post("again", None).await.unwrap();
    assert_eq!(next.first, outcome.first.next());
    place.node.wait_view(next.last()).await;
    let page = place
        .node
        .view()
        .history(place.general(), Seq(0), None, None, 10)
        .unwrap();
    assert_eq!(
        page.items
            .iter()
            .map(|message| message.text.as_str())
            .collect::<Vec<_>>(),
        ["hello", "again"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_used_once_and_for_one_request() {
    let place = Place::new().await;
    let key = |request| Some(CommandKey { key: 7, request });
    let first = place.post("once", key(1)).await.unwrap();
    let again = place.post("once", key(1)).await.unwrap();
    assert!(again.replayed && !first.replayed);
    assert_eq!((again.first, again.at), (first.first, first.at));
    assert_eq!(
        place.post("other", key(2)).await,
        Err(ErrorCode::IdempotencyMismatch)
    );
    let place = place.restart().await;
    let late = place.post("once", key(1)).await.unwrap();
    assert_eq!(
        (late.first, late.at, late.replayed),
        (first.first, first.at, true)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_from_the_past_into_the_present_without_a_gap() {
    let place = Place::new().await;
    let before = place.node.head();
    for n in 0..300 {
        place.post(&format!("m{n}"), None).await.unwrap();
    }
    let owner = place.node.access().owner().unwrap();
    let mut stream = place.node.subscribe(owner, Filter::default(), Some(before));
    let (mut prev, mut texts) = (before.0, Vec::new());
    let mut posted = 300;
    while texts.len() < 400 {
        if texts.len() >= 250 && posted < 400 {
            place.post(&format!("m{posted}"), None).await.unwrap();
            posted += 1;
        }
        for frame in frames(stream.next().await) {
            let Some(items) = frame["push"].as_array() else {
                continue;
            };
            assert_eq!(frame["prev"], prev, "{frame}");
            for item in items {
                texts.push(item["data"]["text"].as_str().unwrap().to_owned());
            }
            prev = frame["seq"].as_u64().unwrap();
            assert_eq!(items.last().unwrap()["seq"], prev);
        }
    }
    assert_eq!(texts, (0..400).map(|n| format!("m{n}")).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_view_comes_back_the_same() {
    let place = Place::new().await;
    for n in 0..50 {
        place.post(&format!("message {n}"), None).await.unwrap();
    }
    place.node.wait_view(place.node.head()).await;
    let before = place.node.view().dump().unwrap();
    place.node.shutdown().await;
    let Place { home, node } = place;
    drop(node);
    std::fs::remove_dir_all(home.path().join("view")).unwrap();
    let node = Node::start(Config::new(home.path())).await.unwrap();
    node.wait_view(node.head()).await;
    assert_eq!(node.view().dump().unwrap(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_vault_is_no_accident() {
    let place = Place::new().await;
    place.post("kept", None).await.unwrap();
    let head = place.node.head();
    place.node.shutdown().await;
    let Place { home, node } = place;
    drop(node);
    std::fs::remove_dir_all(home.path().join("vault")).unwrap();
    let refused = Node::start(Config::new(home.path())).await;
    assert!(
        matches!(refused, Err(StartError::Vault { .. })),
        "{refused:?}"
    );
    let node = Node::start(Config {
        new_vault: true,
        ..Config::new(home.path())
    })
    .await
    .unwrap();
    assert_eq!(node.head(), head.next());
    let replaced = node
        .log_reader()
        .get(node.head().0, |record| record.kind.to_owned())
        .unwrap();
    assert_eq!(replaced.as_deref(), Some("vault.replaced"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_is_cut_off_and_the_others_go_on() {
    let place = Place::new().await;
    let owner = place.node.access().owner().unwrap();
    let mut slow = place.node.subscribe(owner, Filter::default(), None);
    let mut quick = place.node.subscribe(owner, Filter::default(), None);
    let mut seen = 0;
    let text = "x".repeat(4096);
    for _ in 0..1200 {
        place.post(&text, None).await.unwrap();
        while seen < place.node.head().0 {
            for frame in frames(quick.next().await) {
                seen = frame["seq"].as_u64().unwrap_or(seen);
            }
        }
    }
    assert_eq!(slow.next().await, Taken::CutOff);
}

#[test]
fn facts_that_are_ordinary_take_no_room() {
    let facts = Facts::Message(MessageFacts::Posted(MessagePosted {
        room: RoomId(uuid::Uuid::nil()),
        mentions: Vec::new(),
        priority: Priority::Next,
        reply_to: None,
        thread: None,
        payload_type: None,
        trust: Trust::Local,
        command: false,
        quotes: Vec::new(),
        labels: Vec::new(),
        signed: None,
        relayed: None,
        guard: None,
        released: None,
        turn: None,
        closing: false,
        scheduled: None,
    }));
    assert_eq!(
        facts.encode().unwrap().get(),
        r#"{"room":"00000000-0000-0000-0000-000000000000"}"#
    );
}

//! What is redacted or too old is gone from every file of the mesh's folder, also after a crash; the chain verifies.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use mesh_log::{Content, FileLog, FileOptions, RealDisk, Trust, verify_folder};
use mesh_model::command::{
    ContentEvidence, MemoryCommand, MessageCommand, NewTask, PolicyCommand, PostMessage,
    RoomCommand, Scanned, TakeTasks, TaskCommand, TaskResult, WorkerCommand,
};
use mesh_model::events::{MemorySource, Priority, TaskPlan};
use mesh_model::policy::Policy;
use mesh_model::{Actor, Command, ErrorCode, MemoryId, MessageId, Millis, RoomId, Seq, TaskId};
use mesh_node::machine::{Submission, Waiting, Writer};
use mesh_node::{Config, Node};
use mesh_store::Vault;
use serde_json::Value;
use serde_json::value::RawValue;
use tempfile::TempDir;
use uuid::Uuid;

/// No file holds it by chance, and no other word begins like it.
const SECRET: &str = "xylophonequartzobelisk";

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

    fn owner(&self) -> Actor {
        Actor::Owner(self.node.access().owner().unwrap())
    }

    fn general(&self) -> RoomId {
        self.node.access().room_named("general").unwrap().id
    }

    async fn run(&self, command: Command) -> Seq {
        let done = self.node.submit(command, self.owner(), None, None).await;
        done.unwrap().first
    }

    async fn post(&self, text: &str) -> Seq {
        self.run(post(self.general(), text)).await
    }

    async fn edit(&self, message: Seq, text: &str) -> Seq {
        let header = self.header(message).await;
        self.run(Command::Message(MessageCommand::Edit {
            message: header,
            mentions: Vec::new(),
            evidence: ContentEvidence::default(),
            body: body(text),
        }))
        .await
    }

    async fn header(&self, message: Seq) -> mesh_model::events::MessageHeader {
        self.node.wait_view(self.node.head()).await;
        let header = self.node.view().header(MessageId(message), None).unwrap();
        header.unwrap()
    }

    async fn redaction(&self, message: Seq) -> Command {
        Command::Message(MessageCommand::Redact {
            message: self.header(message).await,
            erased: self.node.view().places(MessageId(message)).unwrap(),
            posted: true,
            reason: None,
        })
    }

    /// Which places of the log have lost their content.
    fn erased(&self) -> Vec<u64> {
        let mut erased = Vec::new();
        let read = self.node.log_reader().read(1, |record| {
            if matches!(record.content, Content::Erased) {
                erased.push(record.seq);
            }
            ControlFlow::Continue(())
        });
        read.unwrap();
        erased
    }

    fn verify(&self) {
        let log = self.home.path().join("log");
        verify_folder(Arc::new(RealDisk), log, &Trust::AnyKey, &mut |_| {}).unwrap();
    }

    async fn keep_days(&self, days: u32) {
        self.run(Command::Policy(PolicyCommand::Set {
            room: self.general(),
            policy: Box::new(Policy {
                retention_days: Some(days),
                ..Policy::default()
            }),
            expected: None,
            force: false,
        }))
        .await;
    }

    async fn hold(&self, hold: bool) {
        self.run(Command::Room(RoomCommand::SetHold {
            room: self.general(),
            hold,
        }))
        .await;
    }

    fn in_days(&self, days: u64) -> Millis {
        self.node.now().plus(days * 86_400_000)
    }
}

fn body(text: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(format!("{{\"text\":{}}}", Value::from(text))).ok()
}

fn post(room: RoomId, text: &str) -> Command {
    Command::Message(MessageCommand::Post(PostMessage {
        room,
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
        body: body(text),
    }))
}

/// The files under a folder that hold the secret, but for its first letters. The node is at work: when a
/// file goes or gets its name between a look at the folder and one at the file, all is looked at again.
fn holding(folder: &Path) -> Vec<String> {
    loop {
        match looked_at(folder) {
            Ok(found) => return found,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
            Err(why) => panic!("{why}"),
        }
    }
}

fn looked_at(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(looked_at(&path)?);
        } else if String::from_utf8_lossy(&std::fs::read(&path)?).contains(&SECRET[3..]) {
            found.push(path.display().to_string());
        }
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_a_redaction_is_answered_the_words_are_in_no_file() {
    let place = Place::new().await;
    let message = place.post(&format!("the key is {SECRET}")).await;
    let edit = place.edit(message, &format!("the key was {SECRET}")).await;
    for number in 0..50 {
        place.post(&format!("ordinary talk {number}")).await;
    }
    place.node.wait_view(place.node.head()).await;
    assert!(holding(place.home.path()).len() >= 2);
    place.run(place.redaction(message).await).await;
    assert_eq!(holding(place.home.path()), [""; 0]);
    assert_eq!(place.erased(), [message.0, edit.0]);
    place.verify();
    let answer = Command::Message(MessageCommand::Post(PostMessage {
        room: place.general(),
        mentions: Vec::new(),
        priority: Priority::Next,
        reply_to: Some(place.header(message).await),
        payload_type: None,
        command: false,
        quotes: Vec::new(),
        files: Vec::new(),
        signed: None,
        relayed: None,
        closing: false,
        evidence: ContentEvidence::default(),
        body: body("what did you say?"),
    }));
    let refused = place.node.submit(answer, place.owner(), None, None).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Gone);
    place.node.shutdown().await;
    assert_eq!(
        holding(place.home.path()),
        [""; 0],
        "snapshots hold no words"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_the_redaction_does_not_name_goes_too() {
    let place = Place::new().await;
    let message = place.post("nothing yet").await;
    let redaction = place.redaction(message).await;
    place.edit(message, &format!("the key is {SECRET}")).await;
    place.run(redaction).await;
    assert_eq!(holding(place.home.path()), [""; 0]);
}

/// The log's writer without a node, as after a crash: it stores events and erases nothing.
fn store_only(home: &Path, command: Command, actor: Actor) {
    let vault = Vault::open(&home.join("vault")).unwrap();
    let options = FileOptions {
        key: Some(SigningKey::from_bytes(&vault.node_seed().0)),
        ..FileOptions::default()
    };
    let (log, _) = FileLog::open(Arc::new(RealDisk), home.join("log"), options).unwrap();
    let mut writer = Writer::open(log, &mut |_| {}).unwrap();
    let now = writer.state().time();
    let submission = Submission {
        command,
        actor,
        requires: None,
        key: None,
        within: Default::default(),
    };
    let step = writer.step(now, &mut || [1; 16], vec![submission], Waiting::default());
    step.answers[0].as_ref().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_the_event_and_the_erasure_is_made_good_at_the_start() {
    let place = Place::new().await;
    let message = place.post(&format!("the key is {SECRET}")).await;
    let redaction = place.redaction(message).await;
    let owner = place.owner();
    place.node.shutdown().await;
    let Place { home, node } = place;
    drop(node);
    store_only(home.path(), redaction, owner);
    assert!(!holding(home.path()).is_empty());
    let node = Node::start(Config::new(home.path())).await.unwrap();
    let place = Place { home, node };
    assert_eq!(place.erased(), [message.0], "before anybody can ask");
    place.node.wait_view(place.node.head()).await;
    assert_eq!(holding(place.home.path()), [""; 0]);
    place.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_before_a_room_s_old_words_are_erased_is_made_good_too() {
    let place = Place::new().await;
    let message = place.post(&format!("the key is {SECRET}")).await;
    place.keep_days(1).await;
    let expiry = Command::Room(RoomCommand::Expire {
        room: place.general(),
        upto: message,
    });
    place.node.shutdown().await;
    let Place { home, node } = place;
    drop(node);
    store_only(home.path(), expiry, Actor::Node);
    let node = Node::start(Config::new(home.path())).await.unwrap();
    let place = Place { home, node };
    // Going down waits for what is being erased.
    place.node.shutdown().await;
    assert_eq!(holding(place.home.path()), [""; 0]);
    assert_eq!(place.erased(), [message.0]);
    place.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_keeps_what_is_young_enough_or_held() {
    let place = Place::new().await;
    let old = place.post(&format!("the key is {SECRET}")).await;
    place.keep_days(30).await;
    assert!(
        place
            .node
            .expire_rooms(place.in_days(29))
            .await
            .unwrap()
            .is_empty()
    );
    place.hold(true).await;
    assert!(
        place
            .node
            .expire_rooms(place.in_days(31))
            .await
            .unwrap()
            .is_empty()
    );
    let redaction = place.redaction(old).await;
    let refused = place
        .node
        .submit(redaction, place.owner(), None, None)
        .await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::Conflict);
    assert!(place.erased().is_empty());
    place.hold(false).await;
    let expired = place.node.expire_rooms(place.in_days(31)).await.unwrap();
    assert_eq!(expired, [place.general()]);
    assert_eq!(holding(place.home.path()), [""; 0]);
    assert_eq!(place.erased(), [old.0]);
    assert!(
        place
            .node
            .expire_rooms(place.in_days(31))
            .await
            .unwrap()
            .is_empty()
    );
    place.verify();
    let row = place.node.view().message(MessageId(old)).unwrap().unwrap();
    assert!(row.redacted && row.text.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_keeps_erased_what_is_erased() {
    let place = Place::new().await;
    let message = place.post(&format!("the key is {SECRET}")).await;
    place.run(place.redaction(message).await).await;
    let mut export = Vec::new();
    place.node.log_reader().export(&mut export).unwrap();
    assert!(!String::from_utf8_lossy(&export).contains(SECRET));
    let other = tempfile::tempdir().unwrap();
    let options = FileOptions::default();
    let imported = mesh_log::import(
        Arc::new(RealDisk),
        other.path().join("log"),
        &options,
        &Trust::AnyKey,
        &mut export.as_slice(),
    );
    imported.unwrap();
    verify_folder(
        Arc::new(RealDisk),
        other.path().join("log"),
        &Trust::AnyKey,
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(holding(other.path()), [""; 0]);
}

impl Place {
    /// A task whose prompt and result hold the secret. Gives the places of the two.
    async fn secret_task(&self, task: TaskId) -> [u64; 2] {
        let me = self.node.access().owner().unwrap();
        self.run(Command::Worker(WorkerCommand::Enrol {
            worker: me,
            slots: 1,
            capabilities: Vec::new(),
            rooms: Vec::new(),
            about: None,
        }))
        .await;
        let words = format!("{{\"title\":\"t\",\"prompt\":\"use {SECRET}\"}}");
        let new = NewTask {
            task,
            plan: TaskPlan::default(),
            template: None,
            quotes: Vec::new(),
            gate: None,
            evidence: ContentEvidence::default(),
            body: RawValue::from_string(words).ok(),
        };
        let create = TaskCommand::Create {
            room: self.general(),
            tasks: vec![new],
        };
        let created = self.run(Command::Task(create)).await;
        let take = TaskCommand::Take(TakeTasks {
            count: 1,
            lease_ms: None,
            start: false,
        });
        let fence = self.run(Command::Task(take)).await;
        let finish = TaskCommand::Finish {
            task,
            fence,
            result: Box::new(TaskResult::default()),
            spare: TaskId(Uuid::now_v7()),
            evidence: ContentEvidence::default(),
            body: body(&format!("it is {SECRET}")),
        };
        let finished = self.run(Command::Task(finish)).await;
        self.node.wait_view(self.node.head()).await;
        assert!(holding(self.home.path()).len() >= 2);
        [created.0, finished.0]
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_words_of_a_redacted_task_are_in_no_file() {
    let place = Place::new().await;
    let task = TaskId(Uuid::now_v7());
    let places = place.secret_task(task).await;
    place
        .run(Command::Task(TaskCommand::Redact {
            task,
            room: place.general(),
            creator: place.node.access().owner(),
            reason: None,
        }))
        .await;
    assert_eq!(holding(place.home.path()), [""; 0]);
    assert_eq!(place.erased(), places);
    place.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_words_of_tasks_that_are_over_are_as_old_as_their_end() {
    let place = Place::new().await;
    let places = place.secret_task(TaskId(Uuid::now_v7())).await;
    place.keep_days(1).await;
    let early = place.node.expire_rooms(place.node.now()).await.unwrap();
    assert_eq!(early, []);
    let over = place.node.expire_rooms(place.in_days(2)).await.unwrap();
    assert_eq!(over, [place.general()]);
    assert_eq!(holding(place.home.path()), [""; 0]);
    assert_eq!(place.erased(), places);
    let again = place.node.expire_rooms(place.in_days(2)).await.unwrap();
    assert_eq!(again, []);
    place.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_that_is_forgotten_or_replaced_is_in_no_file() {
    let place = Place::new().await;
    let owner = place.node.access().owner().unwrap();
    let keep = |memory, replaces, text: &str| {
        let sealed = format!("{{\"sealed\":\"{text}\"}}");
        Command::Memory(MemoryCommand::Keep {
            memory,
            owner,
            source: MemorySource::Said,
            task: None,
            replaces,
            labels: Vec::new(),
            evidence: ContentEvidence {
                guard: Some(Scanned::default()),
                ..ContentEvidence::default()
            },
            body: RawValue::from_string(sealed).ok(),
        })
    };
    let ids: Vec<MemoryId> = (0..3).map(|_| MemoryId(Uuid::now_v7())).collect();
    let first = place.run(keep(ids[0], Vec::new(), SECRET)).await;
    place.run(keep(ids[1], vec![ids[0]], "plain")).await;
    assert_eq!(holding(place.home.path()), [""; 0]);
    let last = place.run(keep(ids[2], Vec::new(), SECRET)).await;
    let forget = MemoryCommand::Forget {
        memory: ids[2],
        owner,
    };
    place.run(Command::Memory(forget)).await;
    assert_eq!(holding(place.home.path()), [""; 0]);
    assert_eq!(place.erased(), [first.0, last.0]);
    place.verify();
}

//! A mesh in memory: the state, its log and the names that stories use for ids.

use mesh_model::command::{CreateMesh, MeshCommand};
use std::collections::BTreeMap;

use mesh_core::{State, Stored, apply, decide};
use mesh_model::events::{By, CommandKey, Facts, MessageHeader, TaskFacts};
use mesh_model::*;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::signs::Sign;

/// One event as a log would keep it.
struct Line {
    at: Millis,
    by: String,
    kind: &'static str,
    version: u16,
    facts: Box<RawValue>,
}

/// See the module.
pub struct World {
    pub state: State,
    pub now: Millis,
    /// The facts of the last command that led to any.
    pub last: Vec<(Seq, Facts)>,
    /// The last refusal.
    pub refused: Option<Refusal>,
    /// The fences of each task, the oldest first.
    pub fences: BTreeMap<TaskId, Vec<Seq>>,
    /// Tasks by id.
    pub task_names: BTreeMap<TaskId, String>,
    /// Messages by the names stories give them.
    pub messages: BTreeMap<String, MessageHeader>,
    /// Reactions that were set and taken back.
    pub signs: Vec<Sign>,
    log: Vec<Line>,
}

/// The same name is the same id in every story.
pub fn uuid(name: &str) -> Uuid {
    let mut bytes = [0u8; 16];
    for (i, byte) in name.bytes().enumerate() {
        bytes[i % 16] = bytes[i % 16]
            .wrapping_mul(31)
            .wrapping_add(byte)
            .wrapping_add(i as u8);
    }
    Uuid::from_bytes(bytes)
}

impl World {
    /// A mesh with its owner.
    pub fn new() -> World {
        let mut world = World {
            state: State::new(),
            now: Millis(1_000_000),
            last: Vec::new(),
            refused: None,
            messages: BTreeMap::new(),
            fences: BTreeMap::new(),
            task_names: BTreeMap::new(),
            signs: Vec::new(),
            log: Vec::new(),
        };
        let create = Command::Mesh(MeshCommand::Create(CreateMesh {
            mesh: MeshId(uuid("mesh")),
            name: "A test".into(),
            vault: VaultId(uuid("vault")),
            node_key: PublicKey([7; 32]),
            owner: ParticipantId(uuid("owner")),
            owner_handle: "owner".into(),
            general: RoomId(uuid("general")),
            broadcast: RoomId(uuid("broadcast")),
            profile: None,
        }));
        world
            .run(&create, Actor::Node, None, None)
            .expect("an empty log takes a mesh");
        world
    }

    /// Decides and applies; returns the kinds of the events.
    pub fn run(
        &mut self,
        command: &Command,
        actor: Actor,
        requires: Option<Permission>,
        key: Option<CommandKey>,
    ) -> Result<Vec<&'static str>, Refusal> {
        let ctx = Ctx {
            now: self.now,
            actor,
            requires,
            key,
            within: Default::default(),
        };
        let before = self.state.clone();
        let decided = decide(&self.state, command, &ctx);
        assert_eq!(self.state, before, "decide changes nothing");
        self.refused = decided.as_ref().err().cloned();
        let events = decided?;
        if !events.is_empty() {
            self.last.clear();
        }
        for event in &events {
            self.store(&event.facts, By { actor, key });
        }
        self.state.work.check().expect("work is consistent");
        Ok(events.iter().map(|event| event.facts.kind()).collect())
    }

    fn store(&mut self, facts: &Facts, by: By) {
        let seq = self.state.head().next();
        if let Facts::Task(TaskFacts::Taken(facts)) = facts {
            self.fences.entry(facts.task).or_default().push(seq);
        }
        self.signs.extend(Sign::of(facts, by.actor.participant()));
        apply(
            &mut self.state,
            &Stored {
                seq,
                at: self.now,
                by: &by,
                facts,
            },
        );
        self.last.push((seq, facts.clone()));
        self.log.push(Line {
            at: self.now,
            by: serde_json::to_string(&by).unwrap(),
            kind: facts.kind(),
            version: facts.version(),
            facts: facts.encode().unwrap(),
        });
    }

    /// The state that comes of reading the log from its beginning.
    pub fn replayed(&self) -> State {
        let mut state = State::new();
        for (i, line) in self.log.iter().enumerate() {
            let facts = Facts::decode(line.kind, line.version, line.facts.get()).unwrap();
            let by: By = serde_json::from_str(&line.by).unwrap();
            let seq = Seq(i as u64 + 1);
            apply(
                &mut state,
                &Stored {
                    seq,
                    at: line.at,
                    by: &by,
                    facts: &facts,
                },
            );
        }
        state
    }

    /// Replaying the log and reading a snapshot both give the present state.
    pub fn check_replay(&self) {
        assert_eq!(
            self.replayed(),
            self.state,
            "the replayed state is another one"
        );
        let snapshot = serde_json::to_vec(&self.state).unwrap();
        let read: State = serde_json::from_slice(&snapshot).unwrap();
        assert_eq!(read, self.state, "the snapshot's state is another one");
    }
}

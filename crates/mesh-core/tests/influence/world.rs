//! A mesh with an owner, agents, a guest and rooms, driven by commands as the door makes them.

use std::sync::OnceLock;

use mesh_core::{State, Stored, apply, decide};
use mesh_model::command::{
    Content, ContentEvidence, ContextCommand, CreateMesh, CredentialCommand, InfluenceCommand,
    IssueCredential, MemoryCommand, MeshCommand, MessageCommand, NewTask, ParticipantCommand,
    PolicyCommand, PostMessage, RoomCommand, Scanned, SessionCommand, TaskCommand, ToolCommand,
};
use mesh_model::events::{
    By, CredentialKind, Facts, History, Influence, Kind, MemorySource, Priority, RoomAccess,
    RoomKind, TaskPlan, Trust, Visibility,
};
use mesh_model::policy::Policy;
use mesh_model::*;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::model::{GUEST, PARENTS, PEOPLE, ROOMS};

pub fn person(number: usize) -> ParticipantId {
    ParticipantId(Uuid::from_u128(100 + number as u128))
}

pub fn room(number: usize) -> RoomId {
    RoomId(Uuid::from_u128(200 + number as u128))
}

pub fn session(number: u64) -> SessionId {
    SessionId(Uuid::from_u128(1000 + u128::from(number)))
}

fn content() -> Content {
    Some(RawValue::from_string("{\"text\":\"x\"}".into()).unwrap())
}

fn evidence() -> ContentEvidence {
    ContentEvidence {
        guard: Some(Scanned::default()),
        ..ContentEvidence::default()
    }
}

/// The state, and the place of the last event.
#[derive(Clone)]
pub struct World {
    pub state: State,
    fresh: u128,
}

impl World {
    /// The mesh with everybody and four private rooms without members but the owner. Made once, then copied.
    pub fn new() -> World {
        static MADE: OnceLock<World> = OnceLock::new();
        MADE.get_or_init(World::made).clone()
    }

    fn made() -> World {
        let mut world = World {
            state: State::new(),
            fresh: 10_000,
        };
        let create = Command::Mesh(MeshCommand::Create(CreateMesh {
            mesh: MeshId(Uuid::from_u128(1)),
            name: "random".into(),
            vault: VaultId(Uuid::from_u128(2)),
            node_key: PublicKey([1; 32]),
            owner: person(0),
            owner_handle: "p0".into(),
            general: RoomId(Uuid::from_u128(3)),
            broadcast: RoomId(Uuid::from_u128(4)),
            profile: None,
        }));
        world.must(Actor::Node, &create);
        for number in 1..PEOPLE {
            world.register(number);
        }
        for number in 0..ROOMS {
            let create = RoomCommand::Create {
                room: room(number),
                kind: RoomKind::Room,
                name: Some(format!("r{number}")),
                access: RoomAccess::Private,
                history: Some(if World::whole(number) {
                    History::All
                } else {
                    History::SinceJoin
                }),
                defaults: Some(CapabilitySet::ALL),
                members: Vec::new(),
                text: None,
            };
            world.must(owner(), &Command::Room(create));
        }
        world
    }

    /// Whether newcomers to the room read what was said before them.
    pub fn whole(number: usize) -> bool {
        number.is_multiple_of(2)
    }

    fn register(&mut self, number: usize) {
        let register = ParticipantCommand::Register {
            participant: person(number),
            kind: Kind::Agent,
            handle: format!("p{number}"),
            parent: Some(person(PARENTS[number])),
            agreed: None,
            key: None,
            visibility: Visibility::Public,
            profile: None,
        };
        self.must(owner(), &Command::Participant(register));
        let issue = IssueCredential {
            credential: CredentialId(person(number).0),
            kind: CredentialKind::Token,
            participant: person(number),
            permissions: PermissionSet::ALL,
            expires: None,
            per_minute: None,
            per_day: None,
            label: None,
        };
        self.must(
            owner(),
            &Command::Credential(CredentialCommand::Issue(issue)),
        );
        if number == GUEST {
            let trust = ParticipantCommand::SetTrust {
                participant: person(number),
                trust: Trust::Untrusted,
            };
            self.must(owner(), &Command::Participant(trust));
        }
    }

    pub fn head(&self) -> u64 {
        self.state.head().0
    }

    pub fn fresh(&mut self) -> Uuid {
        self.fresh += 1;
        Uuid::from_u128(self.fresh)
    }

    pub fn must(&mut self, actor: Actor, command: &Command) -> Vec<Facts> {
        self.run(actor, Within::default(), command)
            .expect("this is allowed")
    }

    /// Decides and applies.
    pub fn run(
        &mut self,
        actor: Actor,
        within: Within,
        command: &Command,
    ) -> Result<Vec<Facts>, Refusal> {
        let ctx = Ctx {
            now: Millis(1_000_000),
            actor,
            requires: None,
            key: None,
            within,
        };
        let events = decide(&self.state, command, &ctx)?;
        let by = By { actor, key: None };
        for event in &events {
            let stored = Stored {
                seq: self.state.head().next(),
                at: ctx.now,
                by: &by,
                facts: &event.facts,
            };
            apply(&mut self.state, &stored);
        }
        Ok(events.into_iter().map(|event| event.facts).collect())
    }

    /// What the node does before words reach a session.
    pub fn note(&mut self, to: SessionId, rooms: Vec<RoomId>, influence: Influence, all: bool) {
        if self.state.access.influence_since().is_some() {
            let read = InfluenceCommand::Read {
                session: to,
                rooms,
                influence,
                everything: all,
            };
            self.must(Actor::Node, &Command::Influence(read));
        }
    }
}

pub fn owner() -> Actor {
    Actor::Owner(person(0))
}

pub fn actor(number: usize) -> Actor {
    match number {
        0 => owner(),
        number => Actor::Credential(person(number), CredentialId(person(number).0)),
    }
}

pub fn open(id: SessionId) -> Command {
    Command::Session(SessionCommand::Open {
        session: id,
        client: None,
    })
}

pub fn post(into: usize, command: bool) -> Command {
    Command::Message(MessageCommand::Post(PostMessage {
        room: room(into),
        mentions: Vec::new(),
        priority: Priority::Next,
        reply_to: None,
        payload_type: None,
        command,
        quotes: Vec::new(),
        files: Vec::new(),
        signed: None,
        relayed: None,
        closing: false,
        evidence: evidence(),
        body: content(),
    }))
}

pub fn set(into: usize, key: u64) -> Command {
    Command::Context(ContextCommand::Set {
        room: room(into),
        key: format!("k{key}"),
        expected: None,
        evidence: evidence(),
        body: content(),
    })
}

pub fn create(into: usize, task: Uuid) -> Command {
    Command::Task(TaskCommand::Create {
        room: room(into),
        tasks: vec![NewTask {
            task: TaskId(task),
            plan: TaskPlan::default(),
            template: None,
            quotes: Vec::new(),
            gate: None,
            evidence: evidence(),
            body: content(),
        }],
    })
}

pub fn told() -> Command {
    Command::Tool(ToolCommand::Record {
        tool: "fetch".into(),
        task: None,
        ok: true,
        took_ms: 1,
        by: None,
    })
}

pub fn keep(owner: usize, memory: Uuid) -> Command {
    Command::Memory(MemoryCommand::Keep {
        memory: MemoryId(memory),
        owner: person(owner),
        source: MemorySource::Said,
        task: None,
        replaces: Vec::new(),
        labels: Vec::new(),
        evidence: evidence(),
        body: content(),
    })
}

pub fn profile(who: usize) -> Command {
    Command::Participant(ParticipantCommand::Update {
        participant: person(who),
        visibility: None,
        added_by: None,
        profile: content(),
    })
}

pub fn add(to: usize, who: usize) -> Command {
    Command::Room(RoomCommand::Add {
        room: room(to),
        participant: person(who),
    })
}

pub fn leave(from: usize) -> Command {
    Command::Room(RoomCommand::Leave { room: room(from) })
}

pub fn remove(from: usize, who: usize) -> Command {
    Command::Room(RoomCommand::Remove {
        room: room(from),
        participant: person(who),
        reason: None,
    })
}

pub fn rules(of: usize, policy: Policy) -> Command {
    Command::Policy(PolicyCommand::Set {
        room: room(of),
        policy: Box::new(policy),
        expected: None,
        force: true,
    })
}

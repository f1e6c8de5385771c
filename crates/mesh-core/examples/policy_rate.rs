//! How long a decision takes under policies of different sizes.
//! `cargo run --release -p mesh-core --example policy_rate`

use std::hint::black_box;
use std::time::Instant;

use mesh_core::{State, Stored, apply, decide};
use mesh_model::api::Deed;
use mesh_model::command::{
    ContentEvidence, CreateMesh, CredentialCommand, GroupCommand, IssueCredential, MeshCommand,
    MessageCommand, ParticipantCommand, PolicyCommand, PostMessage, RoomCommand,
};
use mesh_model::events::{By, CredentialKind, Kind, Priority, RoomAccess, RoomKind, Visibility};
use mesh_model::permission::Preset;
use mesh_model::policy::{Policy, Rule, RuleEffect, Who};
use mesh_model::*;
use serde_json::value::RawValue;
use uuid::Uuid;

const ROUNDS: u32 = 200_000;

fn main() {
    println!(
        "{:>6} rules  {:>12}  {:>14}",
        "", "explain", "decide a post"
    );
    for rules in [0, 1, 10, 100, 128] {
        let state = world(rules);
        let agent = ParticipantId(uuid(2));
        let room = RoomId(uuid(20));
        let explain = measure(|| {
            let judged = state.access.explain(room, agent, Deed::Speak, state.time());
            assert!(black_box(judged).is_ok());
        });
        let (command, ctx) = post(&state, room, agent);
        let decide = measure(|| {
            assert!(black_box(decide(&state, &command, &ctx)).is_ok());
        });
        println!("{rules:>6} rules  {explain:>9.2} µs  {decide:>11.2} µs");
    }
}

fn measure(mut deed: impl FnMut()) -> f64 {
    for _ in 0..ROUNDS / 10 {
        deed();
    }
    let begin = Instant::now();
    for _ in 0..ROUNDS {
        deed();
    }
    begin.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS)
}

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn post(state: &State, room: RoomId, agent: ParticipantId) -> (Command, Ctx) {
    let command = Command::Message(MessageCommand::Post(PostMessage {
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
        evidence: ContentEvidence {
            bytes: 100,
            ..ContentEvidence::default()
        },
        body: RawValue::from_string("{\"text\":\"hello\"}".into()).ok(),
    }));
    let ctx = Ctx {
        now: state.time(),
        actor: Actor::Credential(agent, CredentialId(uuid(30))),
        requires: Some(Permission::MessagesWrite),
        key: None,
        within: Default::default(),
    };
    (command, ctx)
}

/// A room whose rules name participants, groups, roles, kinds and trust in turn; the last allows.
fn policy(rules: usize) -> Policy {
    let rule = |number: usize| {
        let mut to = Who::default();
        match number % 5 {
            0 => to.participants = vec!["owner".into()],
            1 => to.groups = vec!["crew".into()],
            2 => to.roles = vec!["tester".into()],
            3 => to.kinds = vec![Kind::Bridge],
            _ => to.trust = vec![events::Trust::Untrusted],
        }
        Rule {
            name: format!("r{number}"),
            effect: RuleEffect::Deny,
            to,
            capabilities: [Capability::Speak, Capability::Execute]
                .into_iter()
                .collect(),
            when: Default::default(),
            why: String::new(),
        }
    };
    Policy {
        rules: (0..rules).map(rule).collect(),
        ..Policy::default()
    }
}

fn world(rules: usize) -> State {
    let mut state = State::new();
    let owner = Actor::Owner(ParticipantId(uuid(1)));
    let commands = [
        Command::Participant(ParticipantCommand::Register {
            participant: ParticipantId(uuid(2)),
            kind: Kind::Agent,
            handle: "rex".into(),
            parent: None,
            agreed: None,
            key: None,
            visibility: Visibility::Public,
            profile: None,
        }),
        Command::Credential(CredentialCommand::Issue(IssueCredential {
            credential: CredentialId(uuid(30)),
            kind: CredentialKind::Token,
            participant: ParticipantId(uuid(2)),
            permissions: Preset::Worker.permissions(),
            expires: None,
            per_minute: None,
            per_day: None,
            label: None,
        })),
        Command::Group(GroupCommand::Create {
            group: GroupId(uuid(40)),
            name: "crew".into(),
            room: RoomId(uuid(41)),
        }),
        Command::Room(RoomCommand::Create {
            room: RoomId(uuid(20)),
            kind: RoomKind::Room,
            name: Some("dev".into()),
            access: RoomAccess::Listed,
            history: None,
            defaults: None,
            members: vec![ParticipantId(uuid(2))],
            text: None,
        }),
        Command::Policy(PolicyCommand::Set {
            room: RoomId(uuid(20)),
            policy: Box::new(policy(rules)),
            expected: None,
            force: false,
        }),
    ];
    let create = Command::Mesh(MeshCommand::Create(CreateMesh {
        mesh: MeshId(uuid(9)),
        name: "m".into(),
        vault: VaultId(uuid(9)),
        node_key: PublicKey([7; 32]),
        owner: ParticipantId(uuid(1)),
        owner_handle: "owner".into(),
        general: RoomId(uuid(50)),
        broadcast: RoomId(uuid(51)),
        profile: None,
    }));
    run(&mut state, Actor::Node, &create);
    for command in &commands {
        run(&mut state, owner, command);
    }
    state
}

fn run(state: &mut State, actor: Actor, command: &Command) {
    let ctx = Ctx {
        now: Millis(1_795_000_000_000),
        actor,
        requires: None,
        key: None,
        within: Default::default(),
    };
    let by = By { actor, key: None };
    for event in decide(state, command, &ctx).expect("the world can be set up") {
        let stored = Stored {
            seq: state.head().next(),
            at: ctx.now,
            by: &by,
            facts: &event.facts,
        };
        apply(state, &stored);
    }
}

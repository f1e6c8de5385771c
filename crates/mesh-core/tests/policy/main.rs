//! Policies against a second opinion: random policies, actors and deeds, decided by the core and by
//! a small model that reads the policy's JSON and shares no code with it.
//!
//! `MESH_POLICY_CASES` says how many deeds are compared (a million unless told).

mod bounds;
mod explained;
mod model;
mod random;

use mesh_core::{State, Stored, apply, decide};
use mesh_model::command::{
    ContentEvidence, CreateInvite, CreateMesh, CredentialCommand, GroupCommand, InviteCommand,
    IssueCredential, MeshCommand, MessageCommand, ParticipantCommand, PolicyCommand, PostMessage,
    RedeemInvite, RoomCommand, Scanned,
};
use mesh_model::events::{
    By, Kind, MessageFacts, MessageHeader, Priority, QuarantineFacts, RoomAccess, RoomKind, Trust,
    Visibility,
};
use mesh_model::policy::Policy;
use mesh_model::*;
use serde_json::value::RawValue;
use uuid::Uuid;

use model::{Deed, Outcome, Person, World};
use random::Random;

fn uuid(noun: u128, number: u128) -> Uuid {
    Uuid::from_u128(noun << 64 | number)
}

fn id(number: usize) -> ParticipantId {
    ParticipantId(uuid(1, number as u128))
}

const ROOM: RoomId = RoomId(Uuid::from_u128(2 << 64 | 7));
/// A Monday, 00:00 UTC.
const MONDAY_MS: u64 = 1_794_787_200_000;
/// A deed of each kind for each of the people, at several times, under each policy.
const DEEDS_PER_POLICY: usize = 250;

/// The core's state, driven by commands only.
struct Core {
    state: State,
    now: Millis,
}

impl Core {
    fn run(&mut self, actor: Actor, command: &Command) -> Result<Vec<Facts>, Refusal> {
        let ctx = Ctx {
            now: self.now.max(self.state.time()),
            actor,
            requires: None,
            key: None,
            within: Default::default(),
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

    /// What would come of it now; nothing is changed.
    fn would(&self, now: Millis, who: usize, command: &Command) -> Result<Vec<Facts>, Refusal> {
        let ctx = Ctx {
            now,
            actor: actor(who),
            requires: Some(Permission::MessagesWrite),
            key: None,
            within: Default::default(),
        };
        let events = decide(&self.state, command, &ctx)?;
        Ok(events.into_iter().map(|event| event.facts).collect())
    }
}

fn actor(who: usize) -> Actor {
    match who {
        0 => Actor::Owner(id(0)),
        _ => Actor::Credential(id(who), CredentialId(uuid(3, who as u128))),
    }
}

/// A person comes by the owner's invite: nobody is one because somebody says so.
fn come(core: &mut Core, number: usize) {
    let invite = InviteId(uuid(4, number as u128));
    let permissions = permission::Preset::Worker.permissions();
    let create = Command::Invite(InviteCommand::Create(CreateInvite {
        invite,
        kind: Kind::Human,
        permissions,
        uses: 1,
        expires: None,
        room: None,
        trust: Trust::Local,
        role: None,
        label: None,
    }));
    core.run(actor(0), &create).expect("an invite");
    let redeem = Command::Invite(InviteCommand::Redeem(RedeemInvite {
        invite,
        participant: id(number),
        handle: format!("p{number}"),
        key: PublicKey([number as u8; 32]),
        credential: CredentialId(uuid(3, number as u128)),
        profile: None,
        label: None,
    }));
    core.run(Actor::Invite(invite), &redeem).expect("a person");
}

/// The same world twice: for the core by commands, for the model as plain values.
fn worlds(random: &mut Random) -> (Core, World) {
    let mut core = Core {
        state: State::new(),
        now: Millis(MONDAY_MS - 7 * 86_400_000),
    };
    let must = |core: &mut Core, actor, command| core.run(actor, &command).expect("a world");
    must(
        &mut core,
        Actor::Node,
        Command::Mesh(MeshCommand::Create(CreateMesh {
            mesh: MeshId(uuid(9, 1)),
            name: "m".into(),
            vault: VaultId(uuid(9, 2)),
            node_key: PublicKey([7; 32]),
            owner: id(0),
            owner_handle: "p0".into(),
            general: RoomId(uuid(2, 1)),
            broadcast: RoomId(uuid(2, 2)),
            profile: None,
        })),
    );
    let owner = actor(0);
    let mut people = vec![Person::owner()];
    for number in 1..model::PEOPLE {
        let kind = random.one(&[Kind::Human, Kind::Agent, Kind::Bot, Kind::Bridge]);
        if kind == Kind::Human {
            come(&mut core, number);
            people.push(Person::new(kind.name(), 0));
            continue;
        }
        let parent = if random.chance(3) && number > 2 {
            random.below(number)
        } else {
            0
        };
        must(
            &mut core,
            owner,
            Command::Participant(ParticipantCommand::Register {
                participant: id(number),
                kind,
                handle: format!("p{number}"),
                parent: Some(id(parent)),
                agreed: None,
                key: None,
                visibility: Visibility::Public,
                profile: None,
            }),
        );
        must(
            &mut core,
            owner,
            Command::Credential(CredentialCommand::Issue(IssueCredential {
                credential: CredentialId(uuid(3, number as u128)),
                kind: events::CredentialKind::Token,
                participant: id(number),
                permissions: permission::Preset::Worker.permissions(),
                expires: None,
                per_minute: None,
                per_day: None,
                label: None,
            })),
        );
        people.push(Person::new(kind.name(), parent));
    }
    for group in 0..3u128 {
        let name = format!("g{group}");
        must(
            &mut core,
            owner,
            Command::Group(GroupCommand::Create {
                group: GroupId(uuid(5, group)),
                name: name.clone(),
                room: RoomId(uuid(2, 10 + group)),
            }),
        );
        for (number, person) in people.iter_mut().enumerate().skip(1) {
            if random.chance(3) {
                let command = Command::Group(GroupCommand::Add {
                    group: GroupId(uuid(5, group)),
                    participant: id(number),
                });
                must(&mut core, owner, command);
                person.groups.push(name.clone());
            }
        }
    }
    let creator = 1 + random.below(3);
    let members: Vec<usize> = (1..model::PEOPLE)
        .filter(|n| *n == creator || !random.chance(5))
        .collect();
    let defaults = random.capabilities();
    must(
        &mut core,
        actor(creator),
        Command::Room(RoomCommand::Create {
            room: ROOM,
            kind: RoomKind::Room,
            name: Some("room".into()),
            access: RoomAccess::Listed,
            history: None,
            defaults: Some(
                defaults
                    .iter()
                    .map(|name| name.parse::<Capability>().unwrap())
                    .collect(),
            ),
            members: Vec::new(),
            text: None,
        }),
    );
    for number in &members {
        must(
            &mut core,
            actor(*number),
            Command::Room(RoomCommand::Join { room: ROOM }),
        );
        people[*number].member = true;
    }
    people[creator].creator = true;
    let mut world = World {
        people,
        defaults,
        policy: serde_json::json!({}),
    };
    disturb(&mut core, &mut world, random, creator);
    (core, world)
}

/// Roles, trust, own capabilities, mutes, disabled people.
fn disturb(core: &mut Core, world: &mut World, random: &mut Random, creator: usize) {
    let (owner, creates) = (actor(0), actor(creator));
    for number in 1..world.people.len() {
        let person = &mut world.people[number];
        if random.chance(3) {
            let role = random.one(&["builder", "tester"]);
            let command = Command::Participant(ParticipantCommand::SetRoles {
                participant: id(number),
                roles: vec![role.to_owned()],
            });
            core.run(owner, &command).unwrap();
            person.roles = vec![role.to_owned()];
        }
        if random.chance(3) {
            let (trust, name) = random.one(&[
                (Trust::Untrusted, "untrusted"),
                (Trust::Federated, "federated"),
            ]);
            let command = Command::Participant(ParticipantCommand::SetTrust {
                participant: id(number),
                trust,
            });
            core.run(owner, &command).unwrap();
            person.own_trust = name;
        }
        if !person.member || number == creator {
            continue;
        }
        if random.chance(3) {
            let agreed = random.chance(2);
            let command = Command::Room(RoomCommand::AgreeExecution {
                room: ROOM,
                participant: id(number),
                agreed,
                answered_by: Vec::new(),
            });
            core.run(owner, &command).unwrap();
            person.agreed = Some(agreed);
        }
        if random.chance(4) {
            let own = random.capabilities();
            let command = Command::Room(RoomCommand::SetCapabilities {
                room: ROOM,
                participant: id(number),
                capabilities: Some(
                    own.iter()
                        .map(|name| name.parse::<Capability>().unwrap())
                        .collect(),
                ),
            });
            let set = core.run(creates, &command);
            let (lets, above) = (world.people[number].agreed, world.above(creator, number));
            let refused = own.contains(&"execute") && lets != Some(true) && !above;
            assert_eq!(set.is_err(), refused, "{set:?}");
            if !refused {
                world.people[number].own = Some(own);
            }
        }
        if random.chance(8) {
            let until = random.chance(2).then_some(MONDAY_MS + 3 * 86_400_000);
            let command = Command::Room(RoomCommand::Mute {
                room: ROOM,
                participant: id(number),
                until: until.map(Millis),
                reason: None,
            });
            core.run(creates, &command).unwrap();
            world.people[number].muted = Some(until);
        }
    }
    if random.chance(4) {
        let number = 4 + random.below(world.people.len() - 4);
        let command = Command::Participant(ParticipantCommand::Disable {
            participant: id(number),
        });
        core.run(owner, &command).unwrap();
        world.people[number].disabled = true;
    }
}

fn body() -> command::Content {
    Some(RawValue::from_string("{\"text\":\"x\"}".into()).unwrap())
}

/// The deed as the door would hand it to the core.
fn command(core: &Core, deed: &Deed) -> Command {
    Command::Message(MessageCommand::Post(PostMessage {
        room: ROOM,
        mentions: deed.asks.into_iter().map(id).collect(),
        priority: Priority::Next,
        reply_to: deed.answers.then(|| MessageHeader {
            message: MessageId(core.state.head()),
            room: ROOM,
            author: id(1),
            thread: None,
            deleted: false,
            names_asker: deed.named,
            trust: Trust::Local,
            relayed: None,
            as_of: core.state.head(),
        }),
        payload_type: None,
        command: deed.asks.is_some(),
        quotes: Vec::new(),
        files: Vec::new(),
        signed: None,
        relayed: None,
        closing: false,
        evidence: ContentEvidence {
            bytes: deed.bytes,
            command: false,
            payload: deed.payload,
            schema: None,
            guard: Some(Scanned {
                version: 1,
                score: deed.score,
                reasons: Vec::new(),
            }),
        },
        body: body(),
    }))
}

fn told(decided: Result<Vec<Facts>, Refusal>) -> Outcome {
    match decided.map(|mut facts| facts.remove(0)) {
        Ok(Facts::Message(MessageFacts::Posted(posted))) => Outcome::Posted {
            marked: posted.is_marked(),
        },
        Ok(Facts::Quarantine(QuarantineFacts::Waits(_))) => Outcome::Waits,
        Ok(other) => panic!("{} is no outcome", other.kind()),
        Err(refusal) => Outcome::Refused(refusal.code.code()),
    }
}

#[test]
fn the_core_decides_as_the_model_does() {
    let cases = std::env::var("MESH_POLICY_CASES").ok();
    let cases: usize = cases.map_or(1_000_000, |text| text.parse().expect("a number"));
    let mut random = Random::new(0x6d65_7368);
    let (mut compared, mut allowed, mut policies) = (0, 0, 0);
    while compared < cases {
        let (mut core, mut world) = worlds(&mut random);
        for _ in 0..8 {
            let json = random::policy(&mut random);
            let policy: Policy = serde_json::from_value(json.clone()).expect("a policy");
            let set = Command::Policy(PolicyCommand::Set {
                room: ROOM,
                policy: Box::new(policy),
                expected: None,
                force: true,
            });
            if core.run(actor(0), &set).is_err() {
                continue;
            }
            (world.policy, policies) = (json, policies + 1);
            for _ in 0..DEEDS_PER_POLICY {
                let deed = random::deed(&mut random);
                let now = Millis(MONDAY_MS + u64::from(deed.minute) * 60_000);
                let expected = world.outcome(&deed, now.0);
                let got = told(core.would(now, deed.who, &command(&core, &deed)));
                assert_eq!(
                    got, expected,
                    "{deed:?}\nperson: {:?}\ndefaults: {:?}\npolicy: {}",
                    world.people[deed.who], world.defaults, world.policy
                );
                check_listening(&core, &world, deed.who);
                compared += 1;
                allowed += usize::from(!matches!(got, Outcome::Refused(_)));
            }
        }
    }
    // A test that refuses everything, or nothing, compares nothing.
    assert!(policies > cases / DEEDS_PER_POLICY / 2);
    assert!(
        allowed * 10 > compared && allowed * 10 < compared * 9,
        "{allowed} of {compared}"
    );
}

/// Whoever hears a room is whoever the model says.
fn check_listening(core: &Core, world: &World, who: usize) {
    let hears = core
        .state
        .access
        .capabilities(ROOM, id(who))
        .has(Capability::Listen);
    assert_eq!(
        hears,
        world.listens(who),
        "{:?} {}",
        world.people[who],
        world.policy
    );
}

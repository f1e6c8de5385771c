//! What holds whatever anybody does: random commands by random actors on one mesh.

use std::collections::{BTreeMap, BTreeSet};

use mesh_core::{Access, Audience, State, Stored, apply, decide};
use mesh_model::command::{
    AcceptInvite, Content, ContentEvidence, CreateInvite, CreateMesh, CredentialCommand,
    GroupCommand, IdentityCommand, InviteCommand, IssueCredential, MeshCommand, MessageCommand,
    ParticipantCommand, PolicyCommand, PostMessage, QuarantineCommand, Quoted, RedeemInvite,
    RoomCommand, Scanned, SecretCommand, SessionCommand, UserCommand,
};
use mesh_model::events::{
    By, CommandKey, CredentialFacts, CredentialKind, Facts, History, InviteFacts, Kind,
    MessageFacts, MessageHeader, PolicyFacts, Priority, RoomAccess, RoomFacts, RoomKind,
    SessionEnd, Trust, UserFacts, Visibility,
};
use mesh_model::permission::Preset;
use mesh_model::policy::{DataRules, Limit, Policy, Rate, Reach, Rule, RuleEffect, When, Who};
use mesh_model::*;
use proptest::prelude::*;
use serde_json::value::RawValue;
use uuid::Uuid;

/// How many things of each noun there can be: few, so that commands meet.
const THINGS: u8 = 6;

fn uuid(noun: u8, number: u8) -> Uuid {
    Uuid::from_bytes([
        noun,
        0,
        0,
        0,
        0,
        0,
        0x70,
        0,
        0x80,
        0,
        0,
        0,
        0,
        0,
        0,
        number % THINGS,
    ])
}

fn person(number: u8) -> ParticipantId {
    ParticipantId(uuid(1, number))
}

fn room(number: u8) -> RoomId {
    RoomId(uuid(2, number))
}

fn people() -> impl Iterator<Item = ParticipantId> {
    (0..THINGS).map(person)
}

fn content() -> Content {
    Some(RawValue::from_string("{\"text\":\"x\"}".into()).unwrap())
}

fn evidence(choice: u8) -> ContentEvidence {
    ContentEvidence {
        bytes: u32::from(choice),
        command: false,
        payload: choice.is_multiple_of(5),
        schema: None,
        guard: (!choice.is_multiple_of(7)).then(|| Scanned {
            version: 1,
            score: choice % 101,
            reasons: Vec::new(),
        }),
    }
}

/// A policy of every part that is easily chosen.
fn policy(choice: u8, more: u8) -> Policy {
    let rule = |name: &str, effect, bits: u8| Rule {
        name: name.into(),
        effect,
        to: Who {
            participants: bits
                .is_multiple_of(3)
                .then(|| format!("p{}", bits % 8))
                .into_iter()
                .collect(),
            groups: bits
                .is_multiple_of(5)
                .then(|| format!("g{}", bits % 4))
                .into_iter()
                .collect(),
            ..Who::default()
        },
        capabilities: capabilities(bits),
        when: When::default(),
        why: String::new(),
    };
    Policy {
        rules: vec![
            rule("a", RuleEffect::Allow, choice),
            rule("b", RuleEffect::Deny, more),
        ],
        limits: (more.is_multiple_of(4))
            .then(|| Limit {
                name: "pace".into(),
                to: Who::default(),
                bytes: None,
                rate: Some(Rate {
                    count: 2,
                    seconds: 1,
                }),
            })
            .into_iter()
            .collect(),
        data: DataRules {
            leave: Reach {
                anywhere: choice.is_multiple_of(2),
                ..Reach::default()
            },
            enter: None,
        },
        visibility: (choice % 6 == 1).then_some(RoomAccess::Private),
        ..Policy::default()
    }
}

fn waiting(room: RoomId) -> events::MessagePosted {
    let json = format!("{{\"room\":\"{room}\",\"trust\":\"untrusted\"}}");
    serde_json::from_str(&json).expect("facts")
}

fn permissions(choice: u8) -> PermissionSet {
    let preset = Preset::ALL[usize::from(choice) % Preset::ALL.len()];
    match choice / 64 {
        0 => preset.permissions(),
        1 => Preset::Worker.permissions().with(Permission::AgentsWrite),
        2 => Preset::Worker.permissions().with(Permission::AgentsAdmin),
        _ => PermissionSet::ALL,
    }
}

fn capabilities(choice: u8) -> CapabilitySet {
    Capability::ALL
        .into_iter()
        .filter(|capability| choice & (1 << *capability as u8) != 0)
        .collect()
}

/// A run: the state, its log, and what plain bookkeeping says about it.
struct Run {
    state: State,
    now: u64,
    log: Vec<(u64, By, Facts)>,
    messages: Vec<MessageHeader>,
    /// Who is in which room since when, kept by hand from the facts alone.
    members: BTreeMap<RoomId, BTreeMap<ParticipantId, Seq>>,
    listed: BTreeSet<RoomId>,
}

/// Random bytes that stand for one step.
type Step = [u8; 6];

impl Run {
    fn new() -> Run {
        let mut run = Run {
            state: State::new(),
            now: 1_000,
            log: Vec::new(),
            messages: Vec::new(),
            members: BTreeMap::new(),
            listed: BTreeSet::new(),
        };
        let create = Command::Mesh(MeshCommand::Create(CreateMesh {
            mesh: MeshId(uuid(9, 0)),
            name: "random".into(),
            vault: VaultId(uuid(9, 1)),
            node_key: PublicKey([1; 32]),
            owner: person(0),
            owner_handle: "owner".into(),
            general: room(0),
            broadcast: room(1),
            profile: None,
        }));
        run.step(&create, Actor::Node, None);
        run
    }

    fn header(&self, choice: u8) -> MessageHeader {
        let mut header = match self.messages.len() {
            0 => MessageHeader {
                names_asker: false,
                message: MessageId(Seq(1)),
                room: room(0),
                author: person(0),
                thread: None,
                deleted: false,
                trust: Trust::Local,
                relayed: None,
                as_of: Seq(0),
            },
            count => self.messages[usize::from(choice) % count].clone(),
        };
        header.as_of = self.state.head();
        header
    }

    /// Mostly somebody who may act; sometimes nobody at all.
    fn actor(&self, [choice, who, verb, a, ..]: Step) -> Actor {
        let id = person(who);
        if verb % 34 == 33 && choice % 4 != 0 {
            return Actor::Invite(InviteId(uuid(4, a)));
        }
        let own = self
            .state
            .access
            .credentials()
            .find(|found| found.participant == id && !found.revoked);
        match (choice % 12, own) {
            (0..=3, _) => Actor::Owner(person(0)),
            (4, _) => Actor::User(id),
            (5, _) => Actor::Node,
            (6, _) => Actor::Owner(id),
            (7, _) | (_, None) => Actor::Credential(id, CredentialId(uuid(3, choice / 12))),
            (_, Some(own)) => Actor::Credential(id, own.id),
        }
    }

    fn command(&self, [_, _, verb, a, b, c]: Step) -> Command {
        let visibility =
            [Visibility::Public, Visibility::Room, Visibility::Hidden][usize::from(c % 3)];
        let expires = (c % 4 == 0).then(|| Millis(self.now + u64::from(c)));
        match verb % 48 {
            0 => Command::Participant(ParticipantCommand::Register {
                participant: person(a),
                kind: Kind::Agent,
                handle: format!("p{}", b % 8),
                parent: (c % 2 == 0).then(|| person(c / 2)),
                agreed: (c % 5 == 0).then_some(PublicKey([b; 32])),
                key: (c % 3 == 0).then_some(PublicKey([c; 32])),
                visibility,
                profile: None,
            }),
            1 => Command::Participant(ParticipantCommand::Update {
                participant: person(a),
                visibility: Some(visibility),
                added_by: None,
                profile: None,
            }),
            2 => Command::Participant(ParticipantCommand::SetRoles {
                participant: person(a),
                roles: vec![format!("r{b}"), "x".into()],
            }),
            3 => Command::Participant(ParticipantCommand::Disable {
                participant: person(a),
            }),
            4 => Command::Participant(ParticipantCommand::Enable {
                participant: person(a),
            }),
            5 => Command::User(UserCommand::Create {
                participant: person(a),
                handle: format!("p{}", b % 8),
                role: Preset::ALL[usize::from(c) % 6],
                profile: None,
            }),
            6 => Command::User(UserCommand::SetRole {
                participant: person(a),
                role: Preset::ALL[usize::from(c) % 6],
            }),
            7 => Command::User(UserCommand::ChangePassword {
                participant: person(a),
            }),
            8 => Command::Group(GroupCommand::Create {
                group: GroupId(uuid(5, a)),
                name: format!("g{}", b % 4),
                room: room(c),
            }),
            9 => Command::Group(GroupCommand::Delete {
                group: GroupId(uuid(5, a)),
            }),
            10 => Command::Group(GroupCommand::Add {
                group: GroupId(uuid(5, a)),
                participant: person(b),
            }),
            11 => Command::Group(GroupCommand::Remove {
                group: GroupId(uuid(5, a)),
                participant: person(b),
            }),
            12 | 13 => Command::Room(RoomCommand::Create {
                room: room(a),
                kind: if c % 4 == 0 {
                    RoomKind::Direct
                } else {
                    RoomKind::Room
                },
                name: (c % 4 != 0).then(|| format!("g{}", b % 8)),
                access: if c % 2 == 0 {
                    RoomAccess::Private
                } else {
                    RoomAccess::Listed
                },
                history: [None, Some(History::All), Some(History::SinceJoin)][usize::from(c % 3)],
                defaults: (c > 128).then(|| capabilities(c)),
                members: vec![person(b)],
                text: None,
            }),
            14 => Command::Room(RoomCommand::Update {
                room: room(a),
                name: Some(format!("g{}", b % 8)),
                text: None,
            }),
            15 => Command::Room(RoomCommand::Archive { room: room(a) }),
            16 => Command::Room(RoomCommand::Restore { room: room(a) }),
            17 | 18 => Command::Room(RoomCommand::Join { room: room(a) }),
            19 => Command::Room(RoomCommand::Add {
                room: room(a),
                participant: person(b),
            }),
            20 => Command::Room(RoomCommand::Leave { room: room(a) }),
            21 => Command::Room(RoomCommand::Remove {
                room: room(a),
                participant: person(b),
                reason: None,
            }),
            22 => Command::Room(RoomCommand::SetCapabilities {
                room: room(a),
                participant: person(b),
                capabilities: (c % 4 != 0).then(|| capabilities(c)),
            }),
            23 => Command::Room(RoomCommand::SetDefaults {
                room: room(a),
                capabilities: capabilities(c),
            }),
            24..=26 => Command::Message(MessageCommand::Post(PostMessage {
                room: room(a),
                mentions: vec![person(b), person(c)],
                priority: Priority::Next,
                reply_to: (c % 3 == 0).then(|| self.header(b)),
                payload_type: None,
                command: c % 7 == 0,
                quotes: (c % 4 == 1)
                    .then(|| Quoted {
                        header: self.header(c),
                        labels: vec![room(b)],
                    })
                    .into_iter()
                    .collect(),
                files: Vec::new(),
                signed: (c % 11 == 0).then(|| {
                    let key = PublicKey([b; 32]);
                    let sig = SignatureBytes([0; 64]);
                    let request = None;
                    (events::Signed { key, sig, request }, [0; 16])
                }),
                relayed: (c % 13 == 0).then(|| events::Relayed {
                    place: None,
                    origin: "irc".into(),
                    sender: "bob".into(),
                    path: Vec::new(),
                }),
                closing: c % 17 == 0,
                evidence: evidence(b),
                body: content(),
            })),
            27 => Command::Message(MessageCommand::Edit {
                message: self.header(a),
                mentions: vec![person(b)],
                evidence: evidence(b),
                body: content(),
            }),
            28 => Command::Message(MessageCommand::Delete {
                message: self.header(a),
                reason: None,
            }),
            29 => Command::Session(SessionCommand::Open {
                session: SessionId(uuid(6, a)),
                client: None,
            }),
            30 => Command::Session(SessionCommand::Close {
                session: SessionId(uuid(6, a)),
                reason: SessionEnd::Closed,
            }),
            31 => Command::Credential(CredentialCommand::Issue(IssueCredential {
                credential: CredentialId(uuid(3, a)),
                kind: CredentialKind::Token,
                participant: person(b),
                permissions: permissions(c),
                expires,
                per_minute: None,
                per_day: None,
                label: None,
            })),
            32 => match c % 4 {
                0 => Command::Credential(CredentialCommand::Revoke {
                    credential: CredentialId(uuid(3, a)),
                }),
                1 => Command::Invite(InviteCommand::Revoke {
                    invite: InviteId(uuid(4, a)),
                }),
                _ => Command::Invite(InviteCommand::Create(CreateInvite {
                    invite: InviteId(uuid(4, a)),
                    kind: if a % 2 == 0 { Kind::Agent } else { Kind::Human },
                    permissions: match a % 4 {
                        1 => PermissionSet::NONE,
                        _ => permissions(c),
                    },
                    uses: u32::from(b % 4),
                    expires,
                    room: (b % 2 == 0).then(|| room(b)),
                    trust: if c % 3 == 0 {
                        Trust::Untrusted
                    } else {
                        Trust::Local
                    },
                    role: (a % 4 == 1).then_some(Preset::ALL[usize::from(c) % 6]),
                    label: None,
                })),
            },
            34 | 35 => Command::Policy(PolicyCommand::Set {
                room: room(a),
                policy: Box::new(policy(b, c)),
                expected: None,
                force: c % 2 == 0,
            }),
            36 => Command::Room(RoomCommand::SetSlowMode {
                room: room(a),
                seconds: u32::from(c % 4),
            }),
            37 => Command::Room(RoomCommand::Transfer {
                room: room(a),
                creator: person(b),
            }),
            38 => Command::Room(RoomCommand::SetHold {
                room: room(a),
                hold: c % 2 == 0,
            }),
            39 => Command::Room(RoomCommand::Mute {
                room: room(a),
                participant: person(b),
                until: expires,
                reason: None,
            }),
            40 => match c % 3 {
                0 => Command::Room(RoomCommand::Unmute {
                    room: room(a),
                    participant: person(b),
                }),
                1 => Command::Room(RoomCommand::Ban {
                    room: room(a),
                    participant: person(b),
                    reason: None,
                }),
                _ => Command::Room(RoomCommand::Unban {
                    room: room(a),
                    participant: person(b),
                }),
            },
            41 => Command::Message(MessageCommand::Redact {
                message: self.header(a),
                erased: vec![Seq(u64::from(b) + 1)],
                posted: true,
                reason: None,
            }),
            42 => Command::Identity(IdentityCommand::Add {
                participant: person(a),
                key: PublicKey([b; 32]),
                replaces: (c % 3 == 0).then_some(PublicKey([c; 32])),
            }),
            43 => Command::Identity(IdentityCommand::Revoke {
                participant: person(a),
                key: PublicKey([b; 32]),
            }),
            44 => Command::Participant(ParticipantCommand::SetTrust {
                participant: person(a),
                trust: [Trust::Untrusted, Trust::Federated, Trust::Local][usize::from(c % 3)],
            }),
            45 => Command::Quarantine(QuarantineCommand::Review {
                message: self.header(a).message,
                author: person(b),
                waiting: Box::new(waiting(room(c))),
                release: c % 2 == 0,
                reason: None,
                body: content(),
            }),
            46 => Command::Secret(SecretCommand::Set {
                name: format!("s{}", a % 4),
            }),
            47 => Command::Invite(InviteCommand::Accept(AcceptInvite {
                invite: InviteId(uuid(4, a)),
                participant: person(b),
                handle: format!("p{}", c % 8),
                profile: content(),
            })),
            _ => Command::Invite(InviteCommand::Redeem(RedeemInvite {
                invite: InviteId(uuid(4, a)),
                participant: person(b),
                handle: format!("p{}", c % 8),
                key: PublicKey([b; 32]),
                credential: CredentialId(uuid(3, c)),
                profile: None,
                label: None,
            })),
        }
    }

    fn random(&mut self, step: Step) {
        let actor = self.actor(step);
        let command = self.command(step);
        let key = step[5].is_multiple_of(3).then(|| CommandKey {
            key: step[4].into(),
            request: step[3].into(),
        });
        self.now += u64::from(step[5] % 16);
        self.step(&command, actor, key);
    }

    fn step(&mut self, command: &Command, actor: Actor, key: Option<CommandKey>) {
        let ctx = Ctx {
            now: Millis(self.now),
            actor,
            requires: None,
            key,
            within: Default::default(),
        };
        let before = self.state.access.permissions(&actor);
        let Ok(events) = decide(&self.state, command, &ctx) else {
            return;
        };
        let by = By { actor, key };
        for event in &events {
            self.check_granted(&event.facts, actor, before);
            let seq = self.state.head().next();
            self.book(&event.facts, seq, actor);
            apply(
                &mut self.state,
                &Stored {
                    seq,
                    at: ctx.now,
                    by: &by,
                    facts: &event.facts,
                },
            );
            self.log.push((self.now, by.clone(), event.facts.clone()));
            self.check_seen(&event.facts, seq);
        }
        if !events.is_empty() && settles(command) {
            let again = decide(&self.state, command, &ctx);
            assert!(
                !again.is_ok_and(|events| !events.is_empty()),
                "twice the same: {command:?}"
            );
        }
    }

    /// Nobody grants what they lack, and only the owner grants what rules the mesh.
    fn check_granted(&self, facts: &Facts, actor: Actor, held: PermissionSet) {
        let granted = match facts {
            Facts::Credential(CredentialFacts::Issued(facts))
                if !matches!(actor, Actor::Invite(_)) =>
            {
                facts.permissions
            }
            Facts::Invite(InviteFacts::Created(facts)) => facts.permissions,
            Facts::User(UserFacts::Created(facts)) => facts.role.permissions(),
            Facts::User(UserFacts::RoleSet(facts)) => facts.role.permissions(),
            _ => return,
        };
        assert!(
            granted.within(held),
            "{actor:?} holds {held:?} and granted {granted:?}"
        );
        if matches!(
            facts,
            Facts::Credential(CredentialFacts::Issued(_)) | Facts::Invite(InviteFacts::Created(_))
        ) {
            let rules = granted
                .iter()
                .any(|permission| permission.name().starts_with("admin:"));
            assert!(
                !rules || actor == Actor::Owner(person(0)),
                "{actor:?} granted {granted:?}"
            );
        }
    }

    fn book(&mut self, facts: &Facts, seq: Seq, actor: Actor) {
        match facts {
            Facts::Room(RoomFacts::Created(facts)) => {
                let members = facts.members.iter().map(|id| (*id, seq)).collect();
                self.members.insert(facts.room, members);
                if facts.access == RoomAccess::Listed {
                    self.listed.insert(facts.room);
                }
            }
            Facts::Policy(PolicyFacts::Set(facts)) => match facts.policy.visibility {
                Some(RoomAccess::Private) => {
                    self.listed.remove(&facts.room);
                }
                Some(_) => {
                    self.listed.insert(facts.room);
                }
                None => {}
            },
            Facts::Room(RoomFacts::MemberJoined(facts)) => {
                self.members
                    .entry(facts.room)
                    .or_default()
                    .insert(facts.participant, seq);
            }
            Facts::Room(RoomFacts::MemberLeft(facts)) => {
                self.members
                    .entry(facts.room)
                    .or_default()
                    .remove(&facts.participant);
            }
            Facts::Message(MessageFacts::Posted(facts)) => self.messages.push(MessageHeader {
                names_asker: false,
                message: MessageId(seq),
                room: facts.room,
                author: facts.author(actor.participant()).unwrap(),
                thread: facts.thread,
                deleted: false,
                trust: facts.trust,
                relayed: facts.relayed.clone(),
                as_of: seq,
            }),
            _ => {}
        }
    }

    /// `audience` and `sees` are one rule, and messages never reach anybody outside the room.
    fn check_seen(&self, facts: &Facts, seq: Seq) {
        let access = &self.state.access;
        let audience = access.audience(facts);
        for viewer in people() {
            let sees = access.sees(viewer, facts, seq);
            assert_eq!(
                sees,
                reaches(access, &audience, viewer, seq),
                "{viewer:?} {audience:?} {facts:?}"
            );
            if let Facts::Message(MessageFacts::Posted(facts)) = facts
                && sees
            {
                let members = self.members.get(&facts.room);
                let member = members.is_some_and(|members| members.contains_key(&viewer));
                assert!(
                    member || facts.room == room(1),
                    "{viewer:?} sees what is not for it"
                );
                assert!(access.room_listeners(facts.room).any(|id| id == viewer));
            }
        }
    }

    /// What holds at any moment.
    fn check(&self) {
        let access = &self.state.access;
        for participant in access.participants() {
            let own = access.own_permissions(participant.id);
            if let (None, Some(parent)) = (participant.user, participant.parent) {
                assert!(
                    own.within(access.own_permissions(parent)),
                    "{participant:?} exceeds its parent"
                );
            }
            assert_eq!(
                access.by_handle(&participant.handle).map(|found| found.id),
                Some(participant.id)
            );
        }
        for credential in access.credentials() {
            let actor = Actor::Credential(credential.participant, credential.id);
            let held = access.permissions(&actor);
            assert!(held.within(credential.permissions));
            assert!(held.within(access.own_permissions(credential.participant)));
        }
        assert!(
            access.check_enabled(person(0)).is_ok(),
            "the owner can always act"
        );
        for message in &self.messages {
            for viewer in people() {
                let rooms = access.readable_rooms(viewer);
                let from = rooms
                    .iter()
                    .find(|(room, _)| *room == message.room)
                    .map(|(_, from)| *from);
                let Some(from) = from else { continue };
                let members = &self.members[&message.room];
                let member = members.contains_key(&viewer) || message.room == room(1);
                assert!(member, "{viewer:?} reads a room it is not in");
                assert!(from == Seq::ZERO || Some(&from) == members.get(&viewer));
            }
        }
        for (room, members) in &self.members {
            for viewer in people().filter(|id| access.participant(*id).is_some()) {
                let known = access.may(viewer, mesh_core::Action::See, *room).is_ok();
                assert_eq!(
                    known,
                    self.listed.contains(room) || members.contains_key(&viewer)
                );
            }
        }
    }

    fn check_replay(&self) {
        let mut state = State::new();
        for (i, (at, by, facts)) in self.log.iter().enumerate() {
            let json = facts.encode().unwrap();
            let facts = Facts::decode(facts.kind(), facts.version(), json.get()).unwrap();
            let by = serde_json::from_str(&serde_json::to_string(by).unwrap()).unwrap();
            let seq = Seq(i as u64 + 1);
            apply(
                &mut state,
                &Stored {
                    seq,
                    at: Millis(*at),
                    by: &by,
                    facts: &facts,
                },
            );
        }
        assert_eq!(state, self.state);
        let snapshot = serde_json::to_vec(&state).unwrap();
        assert_eq!(
            serde_json::from_slice::<State>(&snapshot).unwrap(),
            self.state
        );
    }
}

fn reaches(access: &Access, audience: &Audience, viewer: ParticipantId, seq: Seq) -> bool {
    let enabled = access
        .participant(viewer)
        .is_some_and(|found| found.is_enabled());
    enabled
        && match audience {
            Audience::Everyone => true,
            Audience::Room(room) => {
                let rooms = access.readable_rooms(viewer);
                rooms.iter().any(|(id, from)| id == room && *from <= seq)
            }
            Audience::Participants(list) => list.contains(&viewer),
            Audience::Admins => access.admins().any(|id| id == viewer),
            Audience::Nobody => false,
        }
}

/// Commands that bring about a state: given twice, the second one finds nothing to do.
fn settles(command: &Command) -> bool {
    match command {
        Command::Participant(ParticipantCommand::Update { profile, .. }) => profile.is_none(),
        Command::Room(RoomCommand::Create { kind, .. }) => *kind == RoomKind::Direct,
        Command::Room(RoomCommand::Update { text, .. }) => text.is_none(),
        Command::Participant(ParticipantCommand::SetRoles { .. })
        | Command::Participant(ParticipantCommand::Disable { .. })
        | Command::Participant(ParticipantCommand::Enable { .. })
        | Command::Participant(ParticipantCommand::Register { .. })
        | Command::User(UserCommand::SetRole { .. })
        | Command::Group(GroupCommand::Create { .. })
        | Command::Group(GroupCommand::Delete { .. })
        | Command::Group(GroupCommand::Add { .. })
        | Command::Group(GroupCommand::Remove { .. })
        | Command::Room(RoomCommand::Archive { .. })
        | Command::Room(RoomCommand::Restore { .. })
        | Command::Room(RoomCommand::Join { .. })
        | Command::Room(RoomCommand::Add { .. })
        | Command::Room(RoomCommand::Leave { .. })
        | Command::Room(RoomCommand::Remove { .. })
        | Command::Room(RoomCommand::SetCapabilities { .. })
        | Command::Room(RoomCommand::SetDefaults { .. })
        | Command::Session(SessionCommand::Open { .. })
        | Command::Session(SessionCommand::Close { .. })
        | Command::Credential(CredentialCommand::Issue(IssueCredential { .. }))
        | Command::Credential(CredentialCommand::Revoke { .. })
        | Command::Invite(InviteCommand::Revoke { .. }) => true,
        _ => false,
    }
}

/// A start from which random steps reach further: two agents, a user, a private room.
fn start() -> Run {
    let mut run = Run::new();
    let owner = Actor::Owner(person(0));
    for number in 1..=2 {
        let register = Command::Participant(ParticipantCommand::Register {
            agreed: None,
            participant: person(number),
            kind: Kind::Agent,
            handle: format!("a{number}"),
            parent: None,
            key: None,
            visibility: Visibility::Public,
            profile: None,
        });
        let issue = Command::Credential(CredentialCommand::Issue(IssueCredential {
            credential: CredentialId(uuid(3, number)),
            kind: CredentialKind::Token,
            participant: person(number),
            permissions: permissions(64 * number),
            expires: None,
            per_minute: None,
            per_day: None,
            label: None,
        }));
        run.step(&register, owner, None);
        run.step(&issue, owner, None);
    }
    let user = Command::User(UserCommand::Create {
        participant: person(3),
        handle: "user".into(),
        role: Preset::Admin,
        profile: None,
    });
    run.step(&user, owner, None);
    run
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(any::<Step>(), 1..most)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn random_commands_keep_the_rules(steps in steps(200)) {
        let mut run = start();
        for step in steps {
            run.random(step);
        }
        run.check();
        run.check_replay();
    }

    /// `apply` takes even a log that no `decide` would write: events lost, doubled, exchanged.
    #[test]
    fn random_facts_can_be_applied(steps in steps(120), cuts in proptest::collection::vec(any::<(u8, u8)>(), 1..40)) {
        let mut run = start();
        for step in steps {
            run.random(step);
        }
        let mut log = run.log.clone();
        for (what, place) in cuts {
            let place = usize::from(place) % log.len().max(1);
            match what % 3 {
                0 if log.len() > 1 => drop(log.remove(place)),
                1 => log.insert(place, log[place].clone()),
                _ => { let last = log.len() - 1; log.swap(place, last) }
            }
        }
        let mut state = State::new();
        for (i, (at, by, facts)) in log.iter().enumerate() {
            apply(&mut state, &Stored { seq: Seq(i as u64 + 1), at: Millis(*at), by, facts });
            for viewer in people() {
                state.access.sees(viewer, facts, Seq(i as u64 + 1));
                state.access.readable_rooms(viewer);
            }
            state.access.audience(facts);
        }
        let snapshot = serde_json::to_vec(&state).unwrap();
        prop_assert_eq!(serde_json::from_slice::<State>(&snapshot).unwrap(), state);
    }
}

//! Random commands: mostly such as make sense, by actors that mostly may.

use mesh_model::command::{
    ClockCommand, Content, ContentEvidence, CreateInvite, CreateMesh, CredentialCommand,
    EventTypeCommand, GroupCommand, InviteCommand, IssueCredential, JournalCommand, MeshCommand,
    MessageCommand, NewLine, ParticipantCommand, PostMessage, RedeemInvite, RoomCommand, Scanned,
    SessionCommand,
};
use mesh_model::events::{
    CommandKey, CredentialKind, JournalLevel, Kind, MessageHeader, Priority, Reacted, RoomAccess,
    RoomKind, SessionEnd, Trust, Visibility,
};
use mesh_model::permission::Preset;
use mesh_model::{
    Actor, Capability, CapabilitySet, Command, CredentialId, GroupId, InviteId, MeshId, Millis,
    ParticipantId, Permission, PublicKey, RoomId, SessionId, VaultId,
};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::chance::Chance;
use crate::model::{Asked, Model};

/// How many of each noun there can be: few, so that commands meet.
const PEOPLE: u64 = 8;
const ROOMS: u64 = 9;
const OTHERS: u64 = 6;
/// With what is reacted: more than one may set on one message.
const SIGNS: &[&str] = &["👍", "🎉", "🚀", "👀", "🔥", "🐛", "🙏"];

fn uuid(noun: u8, number: u64) -> Uuid {
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
        number as u8,
    ])
}

pub fn person(number: u64) -> ParticipantId {
    ParticipantId(uuid(1, number))
}

pub fn people() -> impl Iterator<Item = ParticipantId> {
    (0..PEOPLE).map(person)
}

fn room(number: u64) -> RoomId {
    RoomId(uuid(2, number))
}

/// The first command of every run.
pub fn create_mesh() -> Asked {
    let command = Command::Mesh(MeshCommand::Create(CreateMesh {
        mesh: MeshId(uuid(9, 0)),
        name: "simulated".into(),
        vault: VaultId(uuid(9, 1)),
        node_key: PublicKey([9; 32]),
        owner: person(0),
        owner_handle: "p0".into(),
        general: room(0),
        broadcast: room(1),
        profile: None,
    }));
    Asked {
        command,
        actor: Actor::Node,
        requires: None,
        key: None,
    }
}

/// Commands after which random ones reach further: two agents with tokens.
pub fn beginning() -> Vec<Asked> {
    let by_owner = |command| Asked {
        command,
        actor: Actor::Owner(person(0)),
        requires: None,
        key: None,
    };
    let mut list = Vec::new();
    for number in 1..=2 {
        list.push(by_owner(Command::Participant(
            ParticipantCommand::Register {
                participant: person(number),
                kind: Kind::Agent,
                handle: format!("p{number}"),
                parent: None,
                agreed: None,
                key: None,
                visibility: Visibility::Public,
                profile: None,
            },
        )));
        list.push(by_owner(Command::Credential(CredentialCommand::Issue(
            IssueCredential {
                credential: CredentialId(uuid(3, number)),
                kind: CredentialKind::Token,
                participant: person(number),
                permissions: if number == 1 {
                    Preset::Admin
                } else {
                    Preset::Worker
                }
                .permissions(),
                expires: None,
                per_minute: None,
                per_day: None,
                label: None,
            },
        ))));
    }
    list
}

/// A random command, given what is durable.
pub fn ask(chance: &mut Chance, model: &Model) -> Asked {
    let (mut command, requires) = command(chance, model);
    let actor = match &command {
        Command::Invite(InviteCommand::Redeem(RedeemInvite { invite, .. }))
            if !chance.once_in(8) =>
        {
            Actor::Invite(*invite)
        }
        Command::Message(MessageCommand::Post(PostMessage { room, .. }))
        | Command::EventType(EventTypeCommand::Publish { room, .. })
        | Command::Room(RoomCommand::Add { room, .. })
        | Command::Room(RoomCommand::Leave { room })
        | Command::Room(RoomCommand::Archive { room })
        | Command::Room(RoomCommand::SetCapabilities { room, .. })
        | Command::Room(RoomCommand::SetDefaults { room, .. })
        | Command::Clock(ClockCommand::Start { room, .. })
        | Command::Clock(ClockCommand::Rate { room, .. })
            if !chance.once_in(4) =>
        {
            member(chance, model, *room)
        }
        Command::Message(MessageCommand::React { message, .. })
        | Command::Message(MessageCommand::Pin { message, .. })
            if !chance.once_in(4) =>
        {
            member(chance, model, message.room)
        }
        Command::Message(MessageCommand::Edit { message, .. })
        | Command::Message(MessageCommand::Delete { message, .. })
        | Command::Message(MessageCommand::Redact { message, .. })
            if !chance.once_in(3) =>
        {
            acting(chance, model, message.author)
        }
        _ => actor(chance, model),
    };
    if let Command::Message(MessageCommand::React {
        message, reacted, ..
    }) = &mut command
    {
        *reacted = model.reacted(message.message, actor.participant());
    }
    // Keys are few, so that some come again with another request.
    let key = (!chance.once_in(3)).then(|| CommandKey {
        key: u128::from(chance.below(2000)),
        request: u128::from(chance.below(4)),
    });
    Asked {
        command,
        actor,
        requires,
        key,
    }
}

/// Somebody who is in the room.
fn member(chance: &mut Chance, model: &Model, room: RoomId) -> Actor {
    let seats = model
        .room(room)
        .map(|room| &room.members[..])
        .unwrap_or_default();
    match chance.pick(seats) {
        Some(seat) => acting(chance, model, seat.who),
        None => actor(chance, model),
    }
}

/// The participant by one of its credentials that are not revoked.
fn acting(chance: &mut Chance, model: &Model, who: ParticipantId) -> Actor {
    let good: Vec<_> = model
        .tokens
        .iter()
        .filter(|token| token.holder == who && !token.revoked)
        .collect();
    match chance.pick(&good) {
        Some(token) => Actor::Credential(who, token.id),
        None => Actor::Owner(who),
    }
}

fn actor(chance: &mut Chance, model: &Model) -> Actor {
    let who = person(chance.below(PEOPLE));
    match chance.below(16) {
        0..=2 => Actor::Owner(person(0)),
        3 => Actor::Node,
        4 => Actor::Owner(who),
        5 => Actor::Invite(InviteId(uuid(4, chance.below(OTHERS)))),
        6 => Actor::User(who),
        7 => Actor::Credential(who, CredentialId(uuid(3, chance.below(OTHERS)))),
        _ => match chance.pick(&model.tokens) {
            Some(token) => Actor::Credential(token.holder, token.id),
            None => Actor::Owner(person(0)),
        },
    }
}

fn content(chance: &mut Chance) -> Content {
    // Now and then a large one, so that batches cross segments.
    let length = if chance.once_in(40) {
        3000
    } else {
        chance.below(60)
    };
    let text = "word ".repeat(length as usize / 5);
    let json = format!("{{\"text\":\"{} {text}\"}}", chance.below(1_000_000));
    RawValue::from_string(json).ok()
}

/// What a door read of some message a moment ago, if there is one.
fn header(chance: &mut Chance, model: &Model) -> Option<MessageHeader> {
    let newest = model.notes.len().saturating_sub(12);
    let list = if chance.once_in(3) {
        &model.notes[..]
    } else {
        &model.notes[newest..]
    };
    chance.pick(list).map(|note| model.header(note))
}

fn presets(chance: &mut Chance) -> mesh_model::PermissionSet {
    let preset = chance
        .pick(&Preset::ALL)
        .copied()
        .unwrap_or(Preset::Worker)
        .permissions();
    match chance.below(4) {
        0 => preset.with(Permission::AgentsAdmin),
        1 => preset.with(Permission::AgentsWrite),
        _ => preset,
    }
}

fn capabilities(chance: &mut Chance) -> CapabilitySet {
    let some: CapabilitySet = Capability::ALL
        .into_iter()
        .filter(|_| chance.once_in(2))
        .collect();
    if chance.once_in(2) {
        some.with(Capability::Speak).with(Capability::Listen)
    } else {
        some
    }
}

fn command(chance: &mut Chance, model: &Model) -> (Command, Option<Permission>) {
    let write = Some(Permission::MessagesWrite);
    let who = person(chance.below(PEOPLE));
    // Rooms that exist are more interesting than those that do not.
    let place = match chance.pick(&model.rooms) {
        Some(found) if !chance.once_in(8) => found.id,
        _ => room(chance.below(ROOMS)),
    };
    let about = header(chance, model);
    match (chance.below(100), about.clone()) {
        (36..43, Some(message)) => (
            Command::Message(MessageCommand::React {
                message,
                reacted: Reacted::default(),
                reaction: chance.pick(SIGNS).copied().unwrap_or("👍").to_owned(),
                on: !chance.once_in(3),
            }),
            write,
        ),
        (43..45, Some(message)) => (
            Command::Message(MessageCommand::Pin {
                message,
                on: !chance.once_in(3),
            }),
            write,
        ),
        (45..48, Some(message)) => (
            Command::Message(MessageCommand::Edit {
                message,
                mentions: Vec::new(),
                evidence: ContentEvidence::default(),
                body: content(chance),
            }),
            write,
        ),
        (48..50, Some(message)) => (
            Command::Message(MessageCommand::Delete {
                message,
                reason: None,
            }),
            write,
        ),
        (50..52, Some(message)) => (
            Command::Message(MessageCommand::Redact {
                erased: model.places(message.message),
                message,
                posted: true,
                reason: None,
            }),
            write,
        ),
        (0..52, _) => (
            Command::Message(MessageCommand::Post(PostMessage {
                room: place,
                mentions: Vec::new(),
                priority: Priority::Next,
                reply_to: about.filter(|_| chance.once_in(4)),
                payload_type: None,
                command: false,
                quotes: Vec::new(),
                files: Vec::new(),
                signed: None,
                relayed: None,
                closing: false,
                evidence: ContentEvidence::default(),
                body: content(chance),
            })),
            write,
        ),
        (52..54, _) => (
            Command::EventType(EventTypeCommand::Publish {
                room: place,
                name: format!("t{}", chance.below(2)),
                version: 1 + chance.below(2) as u32,
                evidence: ContentEvidence::default(),
                body: content(chance),
            }),
            write,
        ),
        (54..57, _) => (journal_command(chance, place, who), write),
        (57..60, _) => (clock_command(chance, place), write),
        (60..75, _) => (room_command(chance, place, who), write),
        (75..82, _) => (person_command(chance, who), None),
        (82..86, _) => (group_command(chance, who), None),
        (86..91, _) => {
            let session = SessionId(uuid(6, chance.below(OTHERS)));
            let close = Command::Session(SessionCommand::Close {
                session,
                reason: SessionEnd::Closed,
            });
            let open = Command::Session(SessionCommand::Open {
                session,
                client: content(chance),
            });
            (if chance.once_in(3) { close } else { open }, None)
        }
        (91..96, _) => (token_command(chance, model, who), None),
        (96..99, _) => (invite_command(chance, model, place, who), None),
        _ => {
            let name = format!("t{}", chance.below(2));
            (
                Command::EventType(EventTypeCommand::Register {
                    name,
                    schema: content(chance),
                }),
                Some(Permission::AdminPlugins),
            )
        }
    }
}

/// Lines that name no task: the schedules here have none.
fn journal_command(chance: &mut Chance, place: RoomId, who: ParticipantId) -> Command {
    if chance.once_in(4) {
        return Command::Journal(JournalCommand::Erase { author: who });
    }
    let lines = (0..=chance.below(3)).map(|_| NewLine {
        level: JournalLevel::Info,
        room: chance.once_in(3).then_some(place),
        task: None,
        evidence: ContentEvidence {
            guard: Some(Scanned::default()),
            ..ContentEvidence::default()
        },
        body: content(chance),
    });
    Command::Journal(JournalCommand::Write {
        lines: lines.collect(),
    })
}

fn clock_command(chance: &mut Chance, room: RoomId) -> Command {
    let rate = chance.below(102) as u8;
    let at = Millis(chance.below(1_000_000_000));
    Command::Clock(match chance.below(12) {
        0..3 => ClockCommand::Start {
            room,
            at: chance.once_in(2).then_some(at),
            rate,
            tick_s: None,
            paused: chance.once_in(3),
        },
        3..5 => ClockCommand::Set { room, at },
        5..7 => ClockCommand::Rate { room, rate },
        7 => ClockCommand::Pause { room },
        8..10 => ClockCommand::Resume { room },
        10 => ClockCommand::Step {
            room,
            seconds: 1 + chance.below(100_000) as u32,
        },
        _ => ClockCommand::Stop { room },
    })
}

fn room_command(chance: &mut Chance, place: RoomId, who: ParticipantId) -> Command {
    match chance.below(20) {
        0..3 => Command::Room(RoomCommand::Create {
            room: room(chance.below(ROOMS)),
            kind: RoomKind::Room,
            name: Some(format!("n{}", chance.below(6))),
            access: if chance.once_in(2) {
                RoomAccess::Private
            } else {
                RoomAccess::Listed
            },
            history: None,
            defaults: None,
            members: vec![who],
            text: None,
        }),
        3..5 => Command::Room(RoomCommand::Create {
            room: room(chance.below(ROOMS)),
            kind: RoomKind::Direct,
            name: None,
            access: RoomAccess::Private,
            history: None,
            defaults: None,
            members: vec![who],
            text: None,
        }),
        5..9 => Command::Room(RoomCommand::Join { room: place }),
        9..12 => Command::Room(RoomCommand::Add {
            room: place,
            participant: who,
        }),
        12..14 => Command::Room(RoomCommand::Leave { room: place }),
        14 => Command::Room(RoomCommand::Remove {
            room: place,
            participant: who,
            reason: None,
        }),
        15 => Command::Room(RoomCommand::Archive { room: place }),
        16 => Command::Room(RoomCommand::Restore { room: place }),
        17 => Command::Room(RoomCommand::SetDefaults {
            room: place,
            capabilities: capabilities(chance),
        }),
        _ => Command::Room(RoomCommand::SetCapabilities {
            room: place,
            participant: who,
            capabilities: (!chance.once_in(3)).then(|| capabilities(chance)),
        }),
    }
}

fn person_command(chance: &mut Chance, who: ParticipantId) -> Command {
    match chance.below(12) {
        0 => Command::Participant(ParticipantCommand::Disable { participant: who }),
        1..5 => Command::Participant(ParticipantCommand::Enable { participant: who }),
        _ => Command::Participant(ParticipantCommand::Register {
            participant: who,
            kind: Kind::Agent,
            handle: format!("p{}", chance.below(PEOPLE)),
            parent: chance.once_in(4).then(|| person(chance.below(PEOPLE))),
            agreed: None,
            key: None,
            visibility: Visibility::Public,
            profile: content(chance),
        }),
    }
}

fn group_command(chance: &mut Chance, who: ParticipantId) -> Command {
    let group = GroupId(uuid(5, chance.below(3)));
    match chance.below(6) {
        0 => Command::Group(GroupCommand::Create {
            group,
            name: format!("n{}", chance.below(8)),
            room: room(chance.below(ROOMS)),
        }),
        1 => Command::Group(GroupCommand::Remove {
            group,
            participant: who,
        }),
        2 if chance.once_in(3) => Command::Group(GroupCommand::Delete { group }),
        _ => Command::Group(GroupCommand::Add {
            group,
            participant: who,
        }),
    }
}

fn soon(chance: &mut Chance, model: &Model) -> Option<Millis> {
    let now = model.log.last().map_or(0, |line| line.at);
    chance.once_in(4).then(|| Millis(now + chance.below(400)))
}

fn token_command(chance: &mut Chance, model: &Model, who: ParticipantId) -> Command {
    let credential = CredentialId(uuid(3, chance.below(40)));
    if chance.once_in(3) {
        let known = chance.pick(&model.tokens).map(|token| token.id);
        return Command::Credential(CredentialCommand::Revoke {
            credential: known.unwrap_or(credential),
        });
    }
    Command::Credential(CredentialCommand::Issue(IssueCredential {
        credential,
        kind: CredentialKind::Token,
        participant: who,
        permissions: presets(chance),
        expires: soon(chance, model),
        per_minute: None,
        per_day: None,
        label: content(chance),
    }))
}

fn invite_command(
    chance: &mut Chance,
    model: &Model,
    place: RoomId,
    who: ParticipantId,
) -> Command {
    let invite = InviteId(uuid(4, chance.below(OTHERS)));
    match chance.below(6) {
        0 => Command::Invite(InviteCommand::Revoke { invite }),
        1 | 2 => Command::Invite(InviteCommand::Create(CreateInvite {
            invite,
            kind: Kind::Agent,
            permissions: presets(chance),
            uses: chance.below(4) as u32,
            expires: soon(chance, model),
            room: chance.once_in(2).then_some(place),
            trust: Trust::Local,
            role: None,
            label: content(chance),
        })),
        _ => Command::Invite(InviteCommand::Redeem(RedeemInvite {
            invite,
            participant: who,
            handle: format!("p{}", chance.below(PEOPLE)),
            key: PublicKey([chance.below(3) as u8; 32]),
            credential: CredentialId(uuid(3, chance.below(40))),
            profile: content(chance),
            label: None,
        })),
    }
}

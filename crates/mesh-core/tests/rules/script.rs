//! Reads and runs stories.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mesh_core::{Access, Action, Audience};
use mesh_model::command::{
    AcceptInvite, Content, CreateInvite, CreateMesh, CredentialCommand, EventTypeCommand,
    GroupCommand, InviteCommand, IssueCredential, MeshCommand, MessageCommand, ParticipantCommand,
    PostMessage, RedeemInvite, RoomCommand, SessionCommand, UserCommand,
};
use mesh_model::events::{
    CommandKey, CredentialKind, History, Kind, MessageFacts, Priority, QuarantineFacts, RoomAccess,
    RoomKind, SessionEnd, Visibility,
};
use mesh_model::permission::Preset;
use mesh_model::*;
use serde_json::value::RawValue;

use crate::world::{World, uuid};
use crate::{governance, signs, work};

/// Runs every story of a file and reports all that went wrong.
pub fn run(text: &str) {
    let mut failures = String::new();
    let mut count = 0;
    for story in text.split("\n== ").skip(1) {
        let (title, lines) = story.split_once('\n').expect("a title and lines");
        count += 1;
        let mut world = World::new();
        for line in lines
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if let Err(problem) = step(&mut world, line) {
                writeln!(failures, "== {title}\n   {line}\n   {problem}").unwrap();
            }
        }
        world.check_replay();
    }
    assert!(count > 0, "no story found");
    assert!(failures.is_empty(), "\n{failures}");
}

/// The world after these lines.
pub fn world_after(lines: &str) -> World {
    let mut world = World::new();
    for line in lines.lines() {
        step(&mut world, line.trim()).expect("the line works");
    }
    world
}

fn step(world: &mut World, line: &str) -> Result<(), String> {
    let (deed, expected) = match line.split_once(" -> ") {
        Some((deed, expected)) => (deed, Some(expected.trim())),
        None => (line, None),
    };
    let words: Vec<&str> = deed.split_whitespace().collect();
    let args = Args::of(&words[2..]);
    let got = match question(world, words[0], words[1], &args) {
        Some(answer) => answer,
        None => deed_of(world, words[0], words[1], &args),
    };
    match expected {
        Some(expected) if expected != got => {
            Err(format!("expected: {expected}\n   got:      {got}"))
        }
        None if got.starts_with('!') => Err(format!("refused: {got}")),
        _ => Ok(()),
    }
}

/// Words, and words of the form `name=value`.
pub struct Args<'a> {
    pub words: Vec<&'a str>,
    named: BTreeMap<&'a str, &'a str>,
}

impl<'a> Args<'a> {
    fn of(words: &[&'a str]) -> Args<'a> {
        let named = words
            .iter()
            .filter_map(|word| word.split_once('='))
            .collect();
        let words = words
            .iter()
            .filter(|word| !word.contains('='))
            .copied()
            .collect();
        Args { words, named }
    }

    pub fn word(&self, at: usize) -> &'a str {
        self.words
            .get(at)
            .copied()
            .unwrap_or_else(|| panic!("word {at} is missing after {:?}", self.words))
    }

    pub fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }

    pub fn named(&self, name: &str) -> Option<&'a str> {
        self.named.get(name).copied()
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.named(name).map(|text| text.parse().expect("a number"))
    }

    pub fn people(&self, name: &str) -> Vec<ParticipantId> {
        self.named(name)
            .into_iter()
            .flat_map(|list| list.split(','))
            .map(person)
            .collect()
    }
}

pub fn person(handle: &str) -> ParticipantId {
    ParticipantId(uuid(handle))
}

/// Rooms keep the id of the name they were created with; `a+b` is a direct conversation.
pub fn room(name: &str) -> RoomId {
    RoomId(uuid(name))
}

pub fn content(bytes: u64) -> Content {
    let text = "x".repeat(usize::try_from(bytes).unwrap().saturating_sub(2));
    Some(RawValue::from_string(format!("\"{text}\"")).unwrap())
}

fn permissions(text: &str) -> PermissionSet {
    match text.parse::<Preset>() {
        Ok(preset) => preset.permissions(),
        Err(_) if text == "none" => PermissionSet::NONE,
        Err(_) => text
            .split(',')
            .map(|name| name.parse::<Permission>().unwrap())
            .collect(),
    }
}

fn capabilities(text: &str) -> CapabilitySet {
    match text {
        "none" => CapabilitySet::NONE,
        "all" => CapabilitySet::ALL,
        list => list
            .split(',')
            .map(|name| name.parse::<Capability>().unwrap())
            .collect(),
    }
}

pub fn enum_of<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_value(text.into()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn actor(world: &World, name: &str) -> Actor {
    match name.split_once([':', '/']) {
        Some(("invite", invite)) => return Actor::Invite(InviteId(uuid(invite))),
        Some(("user", handle)) => return Actor::User(person(handle)),
        Some(("link", handle)) => return Actor::Link(person(handle)),
        Some(("owner-token", handle)) => return Actor::Owner(person(handle)),
        Some((handle, key)) => return Actor::Credential(person(handle), CredentialId(uuid(key))),
        None => {}
    }
    let found = world.state.access.participant(person(name));
    match name {
        "owner" => Actor::Owner(person(name)),
        "node" => Actor::Node,
        _ if found.is_some_and(|found| found.user.is_some()) => Actor::User(person(name)),
        _ => Actor::Credential(person(name), CredentialId(uuid(name))),
    }
}

fn handles(access: &Access, list: &[ParticipantId]) -> String {
    let handle = |id: &ParticipantId| {
        access
            .participant(*id)
            .expect("a participant")
            .handle
            .clone()
    };
    let mut handles: Vec<_> = list.iter().map(handle).collect();
    handles.sort();
    handles.join(",")
}

/// Questions: nothing happens, something is answered.
fn question(world: &mut World, who: &str, verb: &str, args: &Args<'_>) -> Option<String> {
    let access = &world.state.access;
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    Some(match verb {
        "sees" => match args.word(0) {
            "last" => {
                let seen = world
                    .last
                    .iter()
                    .map(|(seq, facts)| access.sees(person(who), facts, *seq));
                seen.map(yes).collect::<Vec<_>>().join(" ")
            }
            "message" => {
                let header = &world.messages[args.word(1)];
                let rooms = access.readable_rooms(person(who));
                yes(rooms
                    .iter()
                    .any(|(room, from)| *room == header.room && *from <= header.message.0))
            }
            "room" => yes(access
                .may(person(who), Action::See, room(args.word(1)))
                .is_ok()),
            other => yes(access.sees_participant(person(who), person(other))),
        },
        "hears" => yes(access
            .room_listeners(room(args.word(0)))
            .any(|id| id == person(who))),
        "may" => {
            let action = match args.word(0) {
                "see" => Action::See,
                "read" => Action::Read,
                "post" => Action::Post,
                "moderate" => Action::Moderate,
                "join" => Action::Join,
                other => panic!("no action {other}"),
            };
            match access.may(person(who), action, room(args.word(1))) {
                Ok(()) => "yes".to_owned(),
                Err(refusal) => format!("! {}", refusal.code),
            }
        }
        "holds" => {
            let held = access.permissions(&actor(world, who));
            match Preset::ALL
                .into_iter()
                .find(|preset| preset.permissions() == held)
            {
                Some(preset) => preset.name().to_owned(),
                None if held.is_empty() => "none".to_owned(),
                None => held
                    .iter()
                    .map(Permission::name)
                    .collect::<Vec<_>>()
                    .join(","),
            }
        }
        "has" => {
            let held = access.capabilities(room(args.word(0)), person(who));
            match held {
                CapabilitySet::NONE => "none".to_owned(),
                CapabilitySet::ALL => "all".to_owned(),
                held => held
                    .iter()
                    .map(Capability::name)
                    .collect::<Vec<_>>()
                    .join(","),
            }
        }
        "audience" => {
            let (_, facts) = world.last.last().expect("an event");
            match access.audience(facts) {
                Audience::Everyone => "everyone".to_owned(),
                Audience::Room(_) => "room".to_owned(),
                Audience::Participants(list) => handles(access, &list),
                Audience::Admins => "admins".to_owned(),
                Audience::Nobody => "nobody".to_owned(),
            }
        }
        "mentions" => match &world.last.last().expect("an event").1 {
            Facts::Message(MessageFacts::Posted(facts)) => handles(access, &facts.mentions),
            Facts::Message(MessageFacts::Edited(facts)) => handles(access, &facts.mentions),
            other => panic!("{} mentions nobody", other.kind()),
        },
        "thread" => match &world.last.last().expect("an event").1 {
            Facts::Message(MessageFacts::Posted(facts)) => {
                let named = |(name, header): (&String, &events::MessageHeader)| {
                    (Some(header.message) == facts.thread).then(|| name.clone())
                };
                world
                    .messages
                    .iter()
                    .find_map(named)
                    .unwrap_or_else(|| "none".to_owned())
            }
            other => panic!("{} is in no thread", other.kind()),
        },
        "remembers" => match world
            .state
            .remembered(person(who), args.word(0).parse().unwrap())
        {
            Some(command) => {
                assert!(command.first <= world.state.head() && command.request == 1);
                command.count.to_string()
            }
            None => "nothing".to_owned(),
        },
        "untouched" => yes(access.changed() < world.state.head()),
        "pins" => signs::pins(world, who, args),
        "wait" => {
            world.now = world.now.plus(args.word(0).parse().unwrap());
            "later".to_owned()
        }
        _ => {
            return work::question(world, verb, args)
                .or_else(|| governance::question(world, who, verb, args));
        }
    })
}

fn deed_of(world: &mut World, who: &str, verb: &str, args: &Args<'_>) -> String {
    if verb == "agent" {
        return register_with_token(world, who, args);
    }
    if verb == "worker" {
        return make_worker(world, who, args);
    }
    for name in &args.words {
        let name = name.split(':').next().unwrap_or_default();
        world.task_names.insert(work::task(name), name.to_owned());
    }
    let (command, requires) = match signs::command(world, who, verb, args) {
        Some(command) => (command, Some(Permission::MessagesWrite)),
        None => command(world, verb, args),
    };
    let by = actor(world, who);
    let key = args.number("key").map(|key| CommandKey {
        key: key.into(),
        request: 1,
    });
    match world.run(&command, by, requires, key) {
        Ok(kinds) if kinds.is_empty() => "-".to_owned(),
        Ok(kinds) => {
            remember_message(world, args, by);
            kinds.join(" ")
        }
        Err(refusal) => {
            assert!(
                !refusal.what.is_empty()
                    && !refusal.effect.words().is_empty()
                    && !refusal.hint.is_empty()
            );
            format!("! {}", refusal.code)
        }
    }
}

/// What most stories begin with: a registered agent and a token named like it.
fn register_with_token(world: &mut World, who: &str, args: &Args<'_>) -> String {
    let handle = args.word(0);
    let permissions = args.words.get(1).copied().unwrap_or("worker");
    let visibility = args.named("visibility").unwrap_or("public");
    let parent = args.named("parent");
    let parent = parent.map_or(String::new(), |parent| format!(" parent={parent}"));
    let lines = [
        format!("{who} register {handle} agent visibility={visibility}{parent}"),
        format!("{who} issue {handle} {handle} {permissions}"),
    ];
    match lines.iter().find_map(|line| step(world, line).err()) {
        Some(problem) => format!("! {problem}"),
        None => "registered".to_owned(),
    }
}

/// What most stories about work begin with: an agent with a token that is in the room `dev`, may
/// execute there and takes tasks.
fn make_worker(world: &mut World, who: &str, args: &Args<'_>) -> String {
    let handle = args.word(0);
    let can = args.named("can").unwrap_or("nothing");
    let slots = args.named("slots").unwrap_or("1");
    let parent = args.named("parent").unwrap_or(who);
    let lines = [
        format!("{who} register {handle} agent parent={parent}"),
        format!("{who} issue {handle} {handle} worker"),
        format!("{who} add dev {handle}"),
        format!("{who} let dev {handle} speak,listen,execute,data-read,data-write"),
        format!("{handle} enrol {handle} can={can} slots={slots}"),
    ];
    match lines.iter().find_map(|line| step(world, line).err()) {
        Some(problem) => format!("! {problem}"),
        None => "enrolled".to_owned(),
    }
}

/// A posted message gets the name given as `as=NAME`.
fn remember_message(world: &mut World, args: &Args<'_>, by: Actor) {
    let posted = world.last.iter().find_map(|(seq, facts)| match facts {
        Facts::Message(MessageFacts::Posted(facts)) => Some((seq, facts)),
        Facts::Quarantine(QuarantineFacts::Waits(facts)) => Some((seq, &facts.message)),
        _ => None,
    });
    let (Some(name), Some((seq, facts))) = (args.named("as"), posted) else {
        return;
    };
    let header = events::MessageHeader {
        message: MessageId(*seq),
        room: facts.room,
        author: facts.author(by.participant()).unwrap(),
        thread: facts.thread,
        deleted: false,
        names_asker: false,
        trust: facts.trust,
        relayed: facts.relayed.clone(),
        as_of: *seq,
    };
    world.messages.insert(name.to_owned(), header);
}

/// The header as the door reads it now, or as it stood when the message was posted (`stale`).
pub fn header(world: &World, name: &str, args: &Args<'_>) -> events::MessageHeader {
    let mut header = world.messages[name].clone();
    if !args.has("stale") {
        header.as_of = world.state.head();
    }
    header.deleted = args.has("seen-deleted");
    header.names_asker = args.has("named");
    header
}

fn command(world: &World, verb: &str, args: &Args<'_>) -> (Command, Option<Permission>) {
    let text = || args.number("size").map_or(content(20), content);
    let expires = args.number("expires").map(|ms| Millis(world.now.0 + ms));
    let write = Some(Permission::MessagesWrite);
    let visibility = args.named("visibility").map(enum_of::<Visibility>);
    let command = match verb {
        "register" => Command::Participant(ParticipantCommand::Register {
            participant: person(args.named("id").unwrap_or(args.word(0))),
            kind: args.words.get(1).map_or(Kind::Agent, |kind| enum_of(kind)),
            handle: args.word(0).to_owned(),
            parent: args.named("parent").map(person),
            agreed: args.number("agreed").map(governance::key),
            key: args.number("key-of").map(governance::key),
            visibility: visibility.unwrap_or_default(),
            profile: args.number("size").and_then(content),
        }),
        "update" => Command::Participant(ParticipantCommand::Update {
            participant: person(args.word(0)),
            visibility,
            added_by: args.named("added-by").map(enum_of),
            profile: args.has("profile").then(|| content(20)).flatten(),
        }),
        "roles" => Command::Participant(ParticipantCommand::SetRoles {
            participant: person(args.word(0)),
            roles: args.words[1..]
                .iter()
                .map(|role| role.replace('_', " "))
                .collect(),
        }),
        "disable" => Command::Participant(ParticipantCommand::Disable {
            participant: person(args.word(0)),
        }),
        "enable" => Command::Participant(ParticipantCommand::Enable {
            participant: person(args.word(0)),
        }),
        "user" => Command::User(UserCommand::Create {
            participant: person(args.word(0)),
            handle: args.word(0).to_owned(),
            role: args.word(1).parse().unwrap(),
            profile: None,
        }),
        "role" => Command::User(UserCommand::SetRole {
            participant: person(args.word(0)),
            role: args.word(1).parse().unwrap(),
        }),
        "password" => Command::User(UserCommand::ChangePassword {
            participant: person(args.word(0)),
        }),
        "group" => Command::Group(GroupCommand::Create {
            group: GroupId(uuid(args.word(0))),
            name: args.word(0).to_owned(),
            room: room(args.named("room").unwrap_or(args.word(0))),
        }),
        "ungroup" => Command::Group(GroupCommand::Delete {
            group: GroupId(uuid(args.word(0))),
        }),
        "group-add" => Command::Group(GroupCommand::Add {
            group: GroupId(uuid(args.word(0))),
            participant: person(args.word(1)),
        }),
        "group-remove" => Command::Group(GroupCommand::Remove {
            group: GroupId(uuid(args.word(0))),
            participant: person(args.word(1)),
        }),
        "room" => Command::Room(RoomCommand::Create {
            room: room(args.named("id").unwrap_or(args.word(0))),
            kind: args.named("kind").map_or(RoomKind::Room, enum_of),
            name: (!args.has("nameless")).then(|| args.word(0).to_owned()),
            access: if args.has("private") {
                RoomAccess::Private
            } else {
                RoomAccess::Listed
            },
            history: args.named("history").map(enum_of::<History>),
            defaults: args.named("defaults").map(capabilities),
            members: match args.number("crowd") {
                Some(count) => (0..count).map(|n| person(&format!("p{n}"))).collect(),
                None => args.people("with"),
            },
            text: args.number("size").and_then(content),
        }),
        "direct" => Command::Room(RoomCommand::Create {
            room: room(args.word(0)),
            kind: RoomKind::Direct,
            name: args.named("name").map(str::to_owned),
            access: RoomAccess::Private,
            history: None,
            defaults: None,
            members: args.word(0).split('+').map(person).collect(),
            text: None,
        }),
        "rename" => Command::Room(RoomCommand::Update {
            room: room(args.word(0)),
            name: Some(args.word(1).to_owned()),
            text: None,
        }),
        "topic" => Command::Room(RoomCommand::Update {
            room: room(args.word(0)),
            name: None,
            text: text(),
        }),
        "archive" => Command::Room(RoomCommand::Archive {
            room: room(args.word(0)),
        }),
        "restore" => Command::Room(RoomCommand::Restore {
            room: room(args.word(0)),
        }),
        "join" => Command::Room(RoomCommand::Join {
            room: room(args.word(0)),
        }),
        "invite-in" => Command::Room(RoomCommand::Invite {
            room: room(args.word(0)),
            participant: person(args.word(1)),
        }),
        "accept" => Command::Room(RoomCommand::Accept {
            room: room(args.word(0)),
            participant: person(args.word(1)),
        }),
        "decline" => Command::Room(RoomCommand::Decline {
            room: room(args.word(0)),
            participant: person(args.word(1)),
        }),
        "agree" => Command::Room(RoomCommand::AgreeExecution {
            room: room(args.word(0)),
            participant: person(args.word(1)),
            agreed: args.word(2) == "yes",
            answered_by: args.people("answered-by"),
        }),
        "floor" => Command::Mesh(MeshCommand::SetFloor {
            floor: serde_json::from_str(args.word(0)).unwrap(),
        }),
        "leave" => Command::Room(RoomCommand::Leave {
            room: room(args.word(0)),
        }),
        "add" => Command::Room(RoomCommand::Add {
            room: room(args.word(0)),
            participant: person(args.word(1)),
        }),
        "remove" => Command::Room(RoomCommand::Remove {
            room: room(args.word(0)),
            participant: person(args.word(1)),
            reason: None,
        }),
        "let" => Command::Room(RoomCommand::SetCapabilities {
            room: room(args.word(0)),
            participant: person(args.word(1)),
            capabilities: (args.word(2) != "default").then(|| capabilities(args.word(2))),
        }),
        "defaults" => Command::Room(RoomCommand::SetDefaults {
            room: room(args.word(0)),
            capabilities: capabilities(args.word(1)),
        }),
        "post" => Command::Message(MessageCommand::Post(PostMessage {
            room: room(args.word(0)),
            mentions: match args.number("crowd") {
                Some(count) => (0..count).map(|n| person(&format!("p{n}"))).collect(),
                None => args.people("mention"),
            },
            priority: args.named("priority").map_or(Priority::Next, enum_of),
            reply_to: args.named("re").map(|name| header(world, name, args)),
            payload_type: args.named("type").map(|it| {
                let (name, version) = it.split_once('/').unwrap();
                (name.to_owned(), version.parse().unwrap())
            }),
            command: args.has("asking"),
            quotes: governance::quotes(world, args),
            files: Vec::new(),
            signed: args.number("signed").map(governance::signed),
            relayed: args.named("from").map(governance::relayed),
            closing: false,
            evidence: governance::evidence(world, args),
            body: if args.has("empty") { None } else { text() },
        })),
        "edit" => Command::Message(MessageCommand::Edit {
            message: header(world, args.word(0), args),
            mentions: args.people("mention"),
            evidence: governance::evidence(world, args),
            body: text(),
        }),
        "delete" => Command::Message(MessageCommand::Delete {
            message: header(world, args.word(0), args),
            reason: None,
        }),
        "publish" => Command::EventType(EventTypeCommand::Publish {
            room: room(args.word(0)),
            name: args.word(1).to_owned(),
            version: args.word(2).parse().unwrap(),
            evidence: governance::evidence(world, args),
            body: text(),
        }),
        "type" => Command::EventType(EventTypeCommand::Register {
            name: args.word(0).to_owned(),
            schema: text(),
        }),
        "open" => Command::Session(SessionCommand::Open {
            session: SessionId(uuid(args.word(0))),
            client: None,
        }),
        "close" => Command::Session(SessionCommand::Close {
            session: SessionId(uuid(args.word(0))),
            reason: args.named("why").map_or(SessionEnd::Closed, enum_of),
        }),
        "issue" => Command::Credential(CredentialCommand::Issue(IssueCredential {
            credential: CredentialId(uuid(args.word(0))),
            kind: args.named("kind").map_or(CredentialKind::Token, enum_of),
            participant: person(args.word(1)),
            permissions: permissions(args.word(2)),
            expires,
            per_minute: args.number("per_minute").map(|number| number as u32),
            per_day: None,
            label: None,
        })),
        "revoke" => Command::Credential(CredentialCommand::Revoke {
            credential: CredentialId(uuid(args.word(0))),
        }),
        "invite" => Command::Invite(InviteCommand::Create(CreateInvite {
            invite: InviteId(uuid(args.word(0))),
            kind: args.named("kind").map_or(Kind::Agent, enum_of),
            permissions: match args.named("role") {
                Some(_) => PermissionSet::NONE,
                None => permissions(args.named("may").unwrap_or("mobile")),
            },
            uses: args.number("uses").unwrap_or(1) as u32,
            expires,
            room: args.named("room").map(room),
            trust: args.named("trust").map_or(events::Trust::Local, enum_of),
            role: args.named("role").map(enum_of),
            label: None,
        })),
        "uninvite" => Command::Invite(InviteCommand::Revoke {
            invite: InviteId(uuid(args.word(0))),
        }),
        "come" => Command::Invite(InviteCommand::Accept(AcceptInvite {
            invite: InviteId(uuid(args.word(0))),
            participant: person(args.word(1)),
            handle: args.word(1).to_owned(),
            profile: None,
        })),
        "redeem" => Command::Invite(InviteCommand::Redeem(RedeemInvite {
            invite: InviteId(uuid(args.word(0))),
            participant: person(args.word(1)),
            handle: args.word(1).to_owned(),
            key: PublicKey([args.number("with").unwrap_or(1) as u8; 32]),
            credential: CredentialId(uuid(args.named("token").unwrap_or(args.word(1)))),
            profile: None,
            label: None,
        })),
        "vault" => Command::Mesh(MeshCommand::ReplaceVault {
            vault: VaultId(uuid(args.word(0))),
            node_key: PublicKey([7; 32]),
        }),
        "refused" => Command::Mesh(MeshCommand::RecordRefused {
            participant: None,
            operation: args.word(0).to_owned(),
            code: args.word(1).to_owned(),
            count: 3,
            minute: world.now,
        }),
        "mesh" => Command::Mesh(MeshCommand::Create(CreateMesh {
            mesh: MeshId(uuid("other")),
            name: args.word(0).to_owned(),
            vault: VaultId(uuid("other")),
            node_key: PublicKey([8; 32]),
            owner: person("other"),
            owner_handle: "other".to_owned(),
            general: room("other"),
            broadcast: room("others"),
            profile: None,
        })),
        other => work::command(world, other, args)
            .or_else(|| governance::command(world, other, args))
            .unwrap_or_else(|| panic!("no verb {other}")),
    };
    let requires = match verb {
        "room" | "direct" | "rename" | "topic" | "archive" | "restore" | "join" | "leave"
        | "add" | "remove" | "let" | "defaults" | "post" | "edit" | "delete" | "publish"
        | "show-room" | "hide-room" | "policy" | "slow" | "transfer" | "mute" | "unmute"
        | "ban" | "unban" | "review" | "redact" => write,
        "task" | "graph" | "take" | "finish" | "cancel" | "pause" | "resume" | "retry" => {
            Some(Permission::TasksWrite)
        }
        "progress" => Some(Permission::TasksStream),
        "set" | "unset" => Some(Permission::MemoryWrite),
        "register" => Some(Permission::AgentsWrite),
        "user" | "role" => Some(Permission::AdminUsers),
        "type" => Some(Permission::AdminPlugins),
        // What the core itself checks is asked of it without the door's help.
        _ => None,
    };
    (command, requires)
}

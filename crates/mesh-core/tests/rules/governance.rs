//! The verbs of policies, moderation, keys and the guard.

use mesh_core::Access;
use mesh_model::api::Deed;
use mesh_model::command::{
    ContentEvidence, GuardCommand, IdentityCommand, MeshCommand, MessageCommand,
    ParticipantCommand, PolicyCommand, QuarantineCommand, Quoted, RoomCommand, Scanned,
    SecretCommand, ToolCommand,
};
use mesh_model::events::{MessageFacts, Relayed, RequestLimits, RequestRate, Signed, Trust};
use mesh_model::policy::{Policy, Ruling};
use mesh_model::*;

use crate::script::{Args, content, enum_of, header, person, room};
use crate::world::{World, uuid};

pub fn key(number: u64) -> PublicKey {
    PublicKey([number as u8; 32])
}

pub fn signed(number: u64) -> (Signed, [u8; 16]) {
    let sig = SignatureBytes([1; 64]);
    (
        Signed {
            key: key(number),
            sig,
            request: None,
        },
        [2; 16],
    )
}

/// `from=SENDER@ORIGIN`, with more `@RELAY` behind it.
pub fn relayed(text: &str) -> Relayed {
    let mut parts = text.split('@').map(str::to_owned);
    let sender = parts.next().unwrap();
    Relayed {
        place: None,
        sender,
        origin: parts.next().expect("an origin"),
        path: parts.collect(),
    }
}

pub fn quotes(world: &World, args: &Args<'_>) -> Vec<Quoted> {
    let names = args
        .named("quote")
        .into_iter()
        .flat_map(|list| list.split(','));
    names
        .map(|name| Quoted {
            header: header(world, name, args),
            labels: args
                .named("labels")
                .into_iter()
                .flat_map(|list| list.split(','))
                .map(room)
                .collect(),
        })
        .collect()
}

/// `bytes=N`, `payload`, `schema=VERSION`, `score=PERCENT`.
pub fn evidence(_: &World, args: &Args<'_>) -> ContentEvidence {
    ContentEvidence {
        bytes: args.number("bytes").unwrap_or(18) as u32,
        command: args.has("asking"),
        payload: args.has("payload"),
        schema: args.number("schema").map(|version| version as u32),
        guard: args.number("score").map(|score| scanned(score as u8)),
    }
}

/// The same for what is always scanned.
pub fn scanned_evidence(world: &World, args: &Args<'_>) -> ContentEvidence {
    let score = args.number("score").unwrap_or(0);
    ContentEvidence {
        guard: Some(scanned(score as u8)),
        ..evidence(world, args)
    }
}

fn scanned(score: u8) -> Scanned {
    Scanned {
        version: 1,
        score,
        reasons: vec!["override".into()],
    }
}

fn policy(args: &Args<'_>) -> Policy {
    let json = args.words[1..].iter().find(|word| word.starts_with('{'));
    let json = json.unwrap_or_else(|| panic!("no policy in {:?}", args.words));
    serde_json::from_str(json).expect("a policy")
}

pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    let until = || {
        args.words
            .get(2)
            .map(|ms| world.now.plus(ms.parse().unwrap()))
    };
    Some(match verb {
        "policy" => Command::Policy(PolicyCommand::Set {
            room: room(args.word(0)),
            policy: Box::new(policy(args)),
            expected: args.number("at").map(|version| version as u32),
            force: args.has("force"),
        }),
        "slow" => Command::Room(RoomCommand::SetSlowMode {
            room: room(args.word(0)),
            seconds: args.word(1).parse().unwrap(),
        }),
        "show-room" => Command::Room(RoomCommand::Publish {
            room: room(args.word(0)),
        }),
        "hide-room" => Command::Room(RoomCommand::Unpublish {
            room: room(args.word(0)),
        }),
        "public-page" => Command::Mesh(MeshCommand::SetPublic {
            page: serde_json::from_str(args.word(0)).unwrap(),
        }),
        "audience-of" => Command::Tool(ToolCommand::SetAudience {
            tool: args.word(0).to_owned(),
            audience: serde_json::from_str(args.word(1)).ok(),
        }),
        "primary" => Command::Room(RoomCommand::SetPrimary {
            room: room(args.word(0)),
            participant: args.words.get(1).map(|handle| person(handle)),
        }),
        "transfer" => Command::Room(RoomCommand::Transfer {
            room: room(args.word(0)),
            creator: person(args.word(1)),
        }),
        "hold" => Command::Room(RoomCommand::SetHold {
            room: room(args.word(0)),
            hold: args.word(1) == "on",
        }),
        "expire" => Command::Room(RoomCommand::Expire {
            room: room(args.word(0)),
            upto: world.state.head(),
        }),
        "mute" => Command::Room(RoomCommand::Mute {
            room: room(args.word(0)),
            participant: person(args.word(1)),
            until: until(),
            reason: content(10),
        }),
        "unmute" => Command::Room(RoomCommand::Unmute {
            room: room(args.word(0)),
            participant: person(args.word(1)),
        }),
        "ban" => Command::Room(RoomCommand::Ban {
            room: room(args.word(0)),
            participant: person(args.word(1)),
            reason: content(10),
        }),
        "unban" => Command::Room(RoomCommand::Unban {
            room: room(args.word(0)),
            participant: person(args.word(1)),
        }),
        "review" => {
            let header = header(world, args.word(0), args);
            Command::Quarantine(QuarantineCommand::Review {
                message: header.message,
                author: header.author,
                waiting: Box::new(waiting(header.room)),
                release: args.word(1) == "release",
                reason: None,
                body: content(20),
            })
        }
        "redact" => {
            let message = header(world, args.word(0), args);
            Command::Message(MessageCommand::Redact {
                erased: vec![message.message.0],
                message,
                posted: true,
                reason: content(10),
            })
        }
        "rescan" => Command::Guard(GuardCommand::Rescan {
            message: header(world, args.word(0), args),
            guard: scanned(args.number("score").unwrap() as u8),
        }),
        "addkey" => Command::Identity(IdentityCommand::Add {
            participant: person(args.word(0)),
            key: key(args.word(1).parse().unwrap()),
            replaces: args.number("replaces").map(key),
        }),
        "revokekey" => Command::Identity(IdentityCommand::Revoke {
            participant: person(args.word(0)),
            key: key(args.word(1).parse().unwrap()),
        }),
        "trust" => Command::Participant(ParticipantCommand::SetTrust {
            participant: person(args.word(0)),
            trust: enum_of::<Trust>(args.word(1)),
        }),
        "limits" => Command::Mesh(MeshCommand::SetLimits {
            limits: RequestLimits {
                untrusted: RequestRate {
                    per_second: args.word(0).parse().unwrap(),
                    burst: args.number("burst").unwrap_or(1) as u32,
                },
                ..RequestLimits::default()
            },
        }),
        "secret" => Command::Secret(SecretCommand::Set {
            name: args.word(0).to_owned(),
        }),
        "forget" => Command::Secret(SecretCommand::Remove {
            name: args.word(0).to_owned(),
        }),
        _ => return None,
    })
}

fn waiting(room: RoomId) -> events::MessagePosted {
    events::MessagePosted {
        room,
        mentions: Vec::new(),
        priority: events::Priority::Next,
        reply_to: None,
        thread: None,
        payload_type: None,
        trust: Trust::Untrusted,
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
    }
}

/// `ACTOR explains ROOM DEED` and what the last refusal or message says of itself.
pub fn question(world: &mut World, who: &str, verb: &str, args: &Args<'_>) -> Option<String> {
    let access = &world.state.access;
    Some(match verb {
        "explains" => {
            let deed = enum_of::<Deed>(args.word(1));
            let judged = access.explain(room(args.word(0)), person(who), deed, world.now);
            match judged {
                Ok(rule) => format!("yes {}", told(&rule)),
                Err(refusal) => match refusal.rule {
                    Some(rule) => format!("no {}", told(&rule)),
                    None => "no by nothing".to_owned(),
                },
            }
        }
        "ruled" => match &world.refused {
            Some(refusal) => refusal
                .rule
                .as_ref()
                .map_or("by nothing".into(), |rule| told(rule)),
            None => "not refused".to_owned(),
        },
        "told" => world
            .refused
            .as_ref()
            .map_or_else(String::new, |refusal| refusal.detail()),
        "trusts" => access
            .trust_of(person(args.word(0)), false)
            .name()
            .to_owned(),
        "labels" => match &world.last.last().expect("an event").1 {
            Facts::Message(MessageFacts::Posted(facts)) => names(access, &facts.labels),
            other => panic!("{} has no labels", other.kind()),
        },
        "carries" => {
            let task = world.state.work.task(TaskId(uuid(args.word(0))));
            names(access, &task.expect("a task").labels)
        }
        "marked" => match &world.last.last().expect("an event").1 {
            Facts::Message(MessageFacts::Posted(facts)) => {
                format!(
                    "{} {}",
                    facts.trust.name(),
                    if facts.is_marked() { "marked" } else { "plain" }
                )
            }
            other => panic!("{} is not marked", other.kind()),
        },
        // `ACTOR in-public ROOM`: whether the room stands on the public page now. `ACTOR in-public ROOM words=OTHER`: whether words of
        // another room may stand there with it. `ACTOR in-public @HANDLE`: whether that one is named there.
        "in-public" => {
            let name = args.word(0);
            let shown = match name.strip_prefix('@') {
                Some(handle) => access.is_named_in_public(person(handle)),
                None => {
                    let found = access.room(room(name)).expect("a room");
                    let label = args.named("words").map(|label| vec![room(label)]);
                    access.check_shown(found).is_ok()
                        && access.may_show(&label.unwrap_or_default(), found)
                }
            };
            if shown { "yes" } else { "no" }.to_owned()
        }
        // `ACTOR finds MESSAGE`: whether it can wait in the actor's inbox.
        "finds" => {
            let header = &world.messages[args.word(0)];
            let rooms = access.inbox_rooms(person(who));
            let waits = rooms
                .iter()
                .any(|(room, from)| *room == header.room && *from <= header.message.0);
            if waits { "yes" } else { "no" }.to_owned()
        }
        "moderators" => {
            let mut names: Vec<_> = access
                .moderators(room(args.word(0)))
                .filter_map(|id| Some(access.participant(id)?.handle.clone()))
                .collect();
            names.sort();
            names.join(",")
        }
        _ => return None,
    })
}

fn told(rule: &Ruling) -> String {
    let by = serde_json::to_value(rule.by).unwrap();
    let mut text = by.as_str().unwrap().to_owned();
    for part in [&rule.name, &rule.set_by].into_iter().flatten() {
        text.push(' ');
        text.push_str(part);
    }
    if let Some(version) = rule.version {
        text.push_str(&format!(" v{version}"));
    }
    text
}

/// The names of rooms, in order.
fn names(access: &Access, rooms: &[RoomId]) -> String {
    let name = |id: &RoomId| access.room(*id).and_then(|room| room.name.clone());
    let mut names: Vec<_> = rooms.iter().filter_map(name).collect();
    names.sort();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(",")
    }
}

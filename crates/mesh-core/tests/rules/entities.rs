//! The verbs of claims about things.

use mesh_model::command::{EntityCommand, NewClaim};
use mesh_model::events::{Claimed, EntitySource, Trust};
use mesh_model::*;

use crate::governance;
use crate::script::{Args, content, enum_of, room};
use crate::work::task;
use crate::world::{World, uuid};

/// `message:NAME`, `task:NAME`, `memory:NAME` or `file:PATH`; the word of whoever claims it if absent.
fn source(world: &World, args: &Args<'_>) -> EntitySource {
    let Some((kind, name)) = args.named("by").and_then(|by| by.split_once(':')) else {
        return EntitySource::Said;
    };
    match kind {
        "message" => EntitySource::Message {
            message: world.messages[name].message,
        },
        "task" => EntitySource::Task { task: task(name) },
        "memory" => EntitySource::Memory {
            memory: MemoryId(uuid(name)),
        },
        _ => {
            let place = room(args.word(0));
            let key = PathKey(uuid(&format!("path-{name}")));
            let work = &world.state.work;
            let file = work.file_at(place, key).expect("the file is there");
            let record = work.file(place, file).expect("so are its versions");
            EntitySource::File {
                file,
                version: record.newest,
                put: record.versions[&record.newest].seq,
            }
        }
    }
}

/// The places of the room's claims that are told by their numbers, the first is 1.
fn places(world: &World, args: &Args<'_>, name: &str) -> Vec<Seq> {
    let place = room(args.word(0));
    let all: Vec<Seq> = (1..=world.state.head().0)
        .map(Seq)
        .filter(|seq| world.state.work.claim(place, *seq).is_some())
        .collect();
    let numbers = args.named(name).into_iter().flat_map(|it| it.split(','));
    numbers
        .map(|number| all[number.parse::<usize>().expect("a number") - 1])
        .collect()
}

pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    Some(match verb {
        // claim ROOM about=relation by=message:m from=untrusted sure=90 size=100 times=3 replaces=1,2 since=5 until=9 score=80
        "claim" => {
            let claim = NewClaim {
                about: args.named("about").map_or(Claimed::Entity, enum_of),
                source: source(world, args),
                from: args.named("from").map_or(Trust::Owner, enum_of),
                labels: Vec::new(),
                confidence: args
                    .number("sure")
                    .map_or(80, |sure| u8::try_from(sure).unwrap()),
                since: args.number("since"),
                until: args.number("until"),
                body: content(args.number("size").unwrap_or(20)),
            };
            let times = args.number("times").unwrap_or(1);
            Command::Entity(EntityCommand::Note {
                room: room(args.word(0)),
                claims: (0..times).map(|_| claim.clone()).collect(),
                replaces: places(world, args, "replaces"),
                evidence: governance::evidence(world, args),
            })
        }
        // unclaim ROOM places=1,2
        "unclaim" => Command::Entity(EntityCommand::Forget {
            room: room(args.word(0)),
            claims: places(world, args, "places"),
        }),
        _ => return None,
    })
}

/// `claims ROOM`: how many, and how many bytes they have. `claim-trust`: how far the last claim is trusted.
pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    let work = &world.state.work;
    Some(match verb {
        "claims" => {
            let place = room(args.word(0));
            format!(
                "{} of {} bytes",
                work.claims_in(place),
                work.claim_bytes(place)
            )
        }
        "claim-trust" => {
            let (seq, _) = world.last.last()?;
            let claim = work.claim(room(args.word(0)), *seq)?;
            claim.trust.name().to_owned()
        }
        _ => return None,
    })
}

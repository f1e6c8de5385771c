//! The verbs of shared files.

use mesh_core::File;
use mesh_model::command::{FileCommand, PutFile};
use mesh_model::*;

use crate::governance;
use crate::script::{Args, content, room};
use crate::world::{World, uuid};

/// Paths that look the same have one key; what looks the same is the affair of the door.
fn key(path: &str) -> PathKey {
    PathKey(uuid(&format!("path-{}", path.to_lowercase())))
}

/// A file that comes to a path once more is another one.
fn fresh(world: &World, path: &str) -> FileId {
    FileId(uuid(&format!("file-{path}-{}", world.state.head())))
}

fn known(world: &World, args: &Args<'_>) -> Option<FileId> {
    let work = &world.state.work;
    work.file_at(room(args.word(0)), key(args.word(1)))
}

fn record<'a>(world: &'a World, args: &Args<'_>) -> Option<&'a File> {
    let work = &world.state.work;
    work.file(room(args.word(0)), known(world, args)?)
}

fn number(args: &Args<'_>, name: &str) -> Option<u32> {
    args.number(name).map(|it| u32::try_from(it).unwrap())
}

pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    let nobody = FileId(uuid("no file"));
    Some(match verb {
        // put ROOM PATH base=2 size=100 of=1 labels=ROOM,ROOM score=90 forced
        "put" => Command::File(FileCommand::Put(PutFile {
            room: room(args.word(0)),
            file: known(world, args),
            fresh: fresh(world, args.word(1)),
            key: key(args.word(1)),
            path: args.word(1).to_owned(),
            base: number(args, "base"),
            force: args.has("forced"),
            bytes: args.number("size").unwrap_or(100),
            of: number(args, "of"),
            labels: args
                .named("labels")
                .into_iter()
                .flat_map(|list| list.split(','))
                .map(room)
                .collect(),
            guard: governance::evidence(world, args).guard,
            body: content(50),
        })),
        "unput" => Command::File(FileCommand::Remove {
            room: room(args.word(0)),
            file: known(world, args).unwrap_or(nobody),
            path: args.word(1).to_owned(),
            base: number(args, "base"),
        }),
        // wipe ROOM PATH version=2
        "wipe" => Command::File(FileCommand::Redact {
            room: room(args.word(0)),
            file: known(world, args).unwrap_or(nobody),
            version: args.number("version").map(|number| {
                let found = record(world, args);
                let version = found.and_then(|found| found.versions.get(&(number as u32)));
                version.map_or(Seq::ZERO, |version| version.seq)
            }),
        }),
        _ => return None,
    })
}

pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    Some(match verb {
        // NEWEST:KEPT,KEPT and whether it is there
        "file" => match record(world, args) {
            None => "none".to_owned(),
            Some(found) => {
                let kept: Vec<_> = found.versions.keys().map(u32::to_string).collect();
                let there = match found.removed {
                    Some(_) => " removed",
                    None => "",
                };
                format!("{}:{}{there}", found.newest, kept.join(","))
            }
        },
        "file-trust" => {
            let found = record(world, args).unwrap();
            let version = found.versions.get(&found.newest).unwrap();
            version.trust.name().to_owned()
        }
        "file-bytes" => world.state.work.file_bytes(room(args.word(0))).to_string(),
        _ => return None,
    })
}

//! The verbs of memories, of tools, and of erasing a task's words.

use mesh_model::command::{MemoryCommand, TaskCommand, ToolCommand};
use mesh_model::events::MemorySource;
use mesh_model::*;

use crate::governance;
use crate::script::{Args, content, enum_of, person, room};
use crate::work::task;
use crate::world::{World, uuid};

fn memory(name: &str) -> MemoryId {
    MemoryId(uuid(name))
}

pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    Some(match verb {
        // learn WHO MEMORY replaces=A,B rooms=R,S from=extracted
        "learn" => Command::Memory(MemoryCommand::Keep {
            owner: person(args.word(0)),
            memory: memory(args.word(1)),
            source: args
                .named("from")
                .map_or_else(MemorySource::default, enum_of::<MemorySource>),
            task: args.named("task").map(task),
            replaces: list(args.named("replaces"), memory),
            labels: list(args.named("rooms"), room),
            evidence: governance::scanned_evidence(world, args),
            body: content(args.number("size").unwrap_or(20)),
        }),
        "unlearn" => Command::Memory(MemoryCommand::Forget {
            owner: person(args.word(0)),
            memory: memory(args.word(1)),
        }),
        // erase TASK ROOM CREATOR
        "erase" => Command::Task(TaskCommand::Redact {
            task: task(args.word(0)),
            room: room(args.word(1)),
            creator: Some(person(args.word(2))),
            reason: content(10),
        }),
        "used" => Command::Tool(ToolCommand::Record {
            tool: args.word(0).to_owned(),
            task: None,
            ok: true,
            took_ms: 12,
            by: args.people("by").first().copied(),
        }),
        _ => return None,
    })
}

fn list<T>(names: Option<&str>, one: impl Fn(&str) -> T) -> Vec<T> {
    names
        .into_iter()
        .flat_map(|names| names.split(','))
        .map(one)
        .collect()
}

pub fn question(world: &World, verb: &str, args: &Args<'_>) -> Option<String> {
    let work = &world.state.work;
    Some(match verb {
        "mind" => {
            let known = work.memories(person(args.word(0)));
            format!(
                "{} of {}",
                known.map_or(0, |it| it.len()),
                work.memories_all()
            )
        }
        _ => return None,
    })
}

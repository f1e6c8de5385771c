//! The verbs of journals.

use mesh_model::Command;
use mesh_model::command::{JournalCommand, NewLine};
use mesh_model::events::JournalLevel;

use crate::governance;
use crate::script::{Args, content, enum_of, person, room};
use crate::work::task;
use crate::world::World;

/// `jot LEVEL count=N task=TASK room=ROOM size=BYTES score=PERCENT`, `tear WHO`.
pub fn command(world: &World, verb: &str, args: &Args<'_>) -> Option<Command> {
    let command = match verb {
        "jot" => {
            let line = NewLine {
                level: enum_of::<JournalLevel>(args.word(0)),
                room: args.named("room").map(room),
                task: args.named("task").map(task),
                evidence: governance::scanned_evidence(world, args),
                body: content(args.number("size").unwrap_or(20)),
            };
            let count = usize::try_from(args.number("count").unwrap_or(1)).unwrap();
            JournalCommand::Write {
                lines: vec![line; count],
            }
        }
        "tear" => JournalCommand::Erase {
            author: person(args.word(0)),
        },
        _ => return None,
    };
    Some(Command::Journal(command))
}

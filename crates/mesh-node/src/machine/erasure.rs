//! Which events erase what was said before them.

use std::ops::ControlFlow;

use mesh_log::{LogReader, ReadError};
use mesh_model::events::Facts;
use mesh_model::{MemoryId, MessageId, Seq, TaskId};

/// An event after which content in the log has to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Erasure {
    /// A message. The event itself names its places; an edit that came in beside it the view knows.
    Places {
        /// The event.
        seq: Seq,
        /// The message.
        message: MessageId,
        /// What it erases.
        places: Vec<Seq>,
    },
    /// What was said in a room up to a place; the view knows the places.
    Room {
        /// The event.
        seq: Seq,
    },
    /// All words of a task; the view knows the places.
    Task {
        /// The event.
        seq: Seq,
        /// The task.
        task: TaskId,
    },
    /// Memories that are forgotten; the view knows the places.
    Memories {
        /// The event.
        seq: Seq,
        /// The memories.
        memories: Vec<MemoryId>,
    },
}

impl Erasure {
    /// What an event erases, if it does.
    pub fn of(seq: Seq, facts: &Facts) -> Option<Erasure> {
        match facts {
            Facts::MessageRedacted(facts) => Some(Erasure::Places {
                seq,
                message: facts.message,
                // Only what is older can be meant.
                places: facts
                    .erased
                    .iter()
                    .copied()
                    .filter(|place| place.0 >= 1 && *place < seq)
                    .collect(),
            }),
            Facts::RoomExpired(_) => Some(Erasure::Room { seq }),
            Facts::TaskRedacted(facts) => Some(Erasure::Task {
                seq,
                task: facts.task,
            }),
            Facts::MemoryForgotten(facts) => Some(Erasure::Memories {
                seq,
                memories: vec![facts.memory],
            }),
            Facts::MemoryKept(facts) if !facts.replaces.is_empty() => Some(Erasure::Memories {
                seq,
                memories: facts.replaces.clone(),
            }),
            _ => None,
        }
    }

    /// The event's place.
    pub fn seq(&self) -> Seq {
        match self {
            Erasure::Places { seq, .. }
            | Erasure::Room { seq }
            | Erasure::Task { seq, .. }
            | Erasure::Memories { seq, .. } => *seq,
        }
    }
}

/// The types of events that may erase.
const ERASING: [&str; 5] = [
    "message.redacted",
    "room.expired",
    "task.redacted",
    "memory.forgotten",
    "memory.kept",
];

/// All such events later than `after`.
pub fn erasures(reader: &LogReader, after: Seq) -> Result<Vec<Erasure>, ReadError> {
    let mut found = Vec::new();
    reader.read(after.0 + 1, |record| {
        if ERASING.contains(&record.kind) {
            let facts = Facts::decode(record.kind, record.v, record.facts.get());
            found.extend(
                facts
                    .ok()
                    .and_then(|facts| Erasure::of(Seq(record.seq), &facts)),
            );
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

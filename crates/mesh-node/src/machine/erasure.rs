//! Which events erase what was said before them.

use std::ops::ControlFlow;

use mesh_log::{LogReader, ReadError};
use mesh_model::events::{Erases, Facts};
use mesh_model::{MemoryId, MessageId, ParticipantId, Seq, TaskId};

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
    /// Versions of files, with their bytes.
    Versions {
        /// The event.
        seq: Seq,
        /// Where they were put.
        places: Vec<Seq>,
    },
    /// Memories that are forgotten; the view knows the places.
    Memories {
        /// The event.
        seq: Seq,
        /// The memories.
        memories: Vec<MemoryId>,
    },
    /// What somebody wrote into its journal between two places; the view knows the places.
    Journal {
        /// The event.
        seq: Seq,
        /// Whose.
        author: ParticipantId,
        /// The first place.
        from: Seq,
        /// The last.
        upto: Seq,
    },
}

impl Erasure {
    /// What an event erases, if it does.
    pub fn of(seq: Seq, facts: &Facts) -> Option<Erasure> {
        match facts.erases() {
            Erases::Nothing | Erases::Memories([]) => None,
            Erases::Message(message, places) => Some(Erasure::Places {
                seq,
                message,
                places: older(places, seq),
            }),
            Erases::Versions(places) => Some(Erasure::Versions {
                seq,
                places: older(places, seq),
            }),
            Erases::Room(_) => Some(Erasure::Room { seq }),
            Erases::Task(task) => Some(Erasure::Task { seq, task }),
            Erases::Memories(memories) => Some(Erasure::Memories {
                seq,
                memories: memories.to_vec(),
            }),
            Erases::Journal(author, from, upto) => Some(Erasure::Journal {
                seq,
                author,
                from,
                upto: upto.min(Seq(seq.0.saturating_sub(1))),
            }),
        }
    }

    /// The event's place.
    pub fn seq(&self) -> Seq {
        match self {
            Erasure::Places { seq, .. }
            | Erasure::Room { seq }
            | Erasure::Task { seq, .. }
            | Erasure::Versions { seq, .. }
            | Erasure::Memories { seq, .. }
            | Erasure::Journal { seq, .. } => *seq,
        }
    }
}

/// Only what is older can be meant.
fn older(places: &[Seq], seq: Seq) -> Vec<Seq> {
    let older = |place: &Seq| place.0 >= 1 && *place < seq;
    places.iter().copied().filter(older).collect()
}

/// All such events later than `after`.
pub fn erasures(reader: &LogReader, after: Seq) -> Result<Vec<Erasure>, ReadError> {
    let erasing: Vec<_> = Facts::declared()
        .filter(|declared| declared.erasing)
        .map(|declared| declared.kind)
        .collect();
    let mut found = Vec::new();
    reader.read(after.0 + 1, |record| {
        if erasing.contains(&record.kind) {
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

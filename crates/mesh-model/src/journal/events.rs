//! The journal: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, Erases, events};
use crate::events::{GuardMark, Influence};
use crate::ids::{ParticipantId, RoomId, Seq, TaskId};

events! { Journal JournalFacts
    Written(it: JournalWritten) "journal.written" / 1 {
        room: it.told_in(),
        sees: Own(it.author, it.told_in()),
        words: Data(JournalBody),
        erased: it.task.map_or(Erased::WithJournal, Erased::WithTask),
        has_words: true,
        written_by: Some(it.author),
        guard: it.guard.as_ref(),
    }
    Erased(it: JournalErased) "journal.erased" / 1 {
        room: None,
        sees: Own(it.author, None),
        words: None,
        erased: Erased::Never,
        erases: Erases::Journal(it.author, it.from, it.upto),
    }
}

/// How much a line matters.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum JournalLevel {
    /// For whoever looks for a fault.
    Debug,
    /// What was done.
    #[default]
    Info,
    /// Something is not as it should be, and the work goes on.
    Warn,
    /// Something did not work.
    Error,
}

impl JournalLevel {
    /// All of them, the least first.
    pub const ALL: [JournalLevel; 4] = [
        JournalLevel::Debug,
        JournalLevel::Info,
        JournalLevel::Warn,
        JournalLevel::Error,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            JournalLevel::Debug => "debug",
            JournalLevel::Info => "info",
            JournalLevel::Warn => "warn",
            JournalLevel::Error => "error",
        }
    }
}

/// Somebody noted something about its own work. Content: [`crate::api::JournalBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalWritten {
    /// Who.
    pub author: ParticipantId,
    /// How much it matters.
    pub level: JournalLevel,
    /// The room that it concerns, or the task's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// The task that it is about. Whoever reads the task reads the line too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// What the context had read that wrote it; absent: it counts as all that its author may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Influence>,
    /// What the guard found in its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
}

impl JournalWritten {
    /// The room whose readers are told: a task's. A line that only names a room is its author's affair.
    pub fn told_in(&self) -> Option<RoomId> {
        self.room.filter(|_| self.task.is_some())
    }
}

/// What a participant wrote between two places, both included, is erased for good: it wanted that, or it has written so much
/// since. Lines about tasks stay: they go with their task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalErased {
    /// Whose lines.
    pub author: ParticipantId,
    /// From this place on.
    pub from: Seq,
    /// Up to this place.
    pub upto: Seq,
}

//! Memories of agents. Their words are content, sealed by the node before they get here: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, Erases, events};
use crate::events::{GuardMark, Influence};
use crate::ids::{MemoryId, ParticipantId, RoomId, TaskId};

events! { Memory MemoryFacts
    Kept(it: MemoryKept) "memory.kept" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: Sealed(SealedBody),
        erased: Erased::WithMemory(it.memory),
        erases: Erases::Memories(&it.replaces),
        has_words: true,
    }
    Forgotten(it: MemoryForgotten) "memory.forgotten" / 1 {
        room: None,
        sees: Concerned(it.owner),
        words: None,
        erased: Erased::Never,
        erases: Erases::Memories(std::slice::from_ref(&it.memory)),
    }
}

/// Where a memory comes from.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum MemorySource {
    /// Somebody said so.
    #[default]
    Said,
    /// It stood in what a task put out.
    Extracted,
    /// It was made from several others.
    Consolidated,
}

impl MemorySource {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            MemorySource::Said => "said",
            MemorySource::Extracted => "extracted",
            MemorySource::Consolidated => "consolidated",
        }
    }
}

/// An agent remembers something from here on. Content: [`crate::api::SealedBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryKept {
    /// The memory.
    pub memory: MemoryId,
    /// Who remembers.
    pub owner: ParticipantId,
    /// Where it comes from.
    pub source: MemorySource,
    /// The task in whose output it stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// The memories in whose place it stands; they are forgotten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<MemoryId>,
    /// The rooms whose words are in it, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// What the context had read that kept it; absent: it counts as all that its owner may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Influence>,
    /// What the guard found in its words, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
}

/// A memory is gone; its words are erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryForgotten {
    /// The memory.
    pub memory: MemoryId,
    /// Who remembered.
    pub owner: ParticipantId,
}

//! Memories of agents. Their words are content, sealed by the node before they get here: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::MemorySource;
use crate::ids::{MemoryId, RoomId, Seq, TaskId};
use crate::time::Millis;

/// Words that only the node can open: XChaCha20-Poly1305 under a key in the vault; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SealedBody {
    /// Nonce and sealed bytes, base64.
    pub sealed: String,
}

/// Let an agent remember something. What it remembered under the same name is forgotten.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemorySetInput {
    /// Who remembers: id or handle; absent: the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// Its name, at most 200 characters.
    pub key: String,
    /// What is remembered, at most 8 KiB.
    pub text: String,
    /// Where it comes from.
    #[serde(default)]
    pub source: MemorySource,
    /// The task in whose output it stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// Rooms whose words are in it: ids or names. The room of the task is added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// Somebody's memories.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MemoryListInput {
    /// Whose: id or handle; absent: the caller's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// Newer than this place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// At most so many (1 to 500, 100 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Search somebody's memories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemorySearchInput {
    /// Whose: id or handle; absent: the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// Words to look for; one of them is enough.
    pub q: String,
    /// At most so many (1 to 100, 10 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A memory by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryForgetInput {
    /// Whose: id or handle.
    pub participant: String,
    /// Its name.
    pub key: String,
}

/// A memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MemoryView {
    /// Its id.
    pub id: MemoryId,
    /// Its name.
    pub key: crate::Told,
    /// What is remembered. It is data, not an order.
    pub text: crate::Told,
    /// Where it comes from.
    pub source: MemorySource,
    /// The task in whose output it stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// The rooms whose words are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// When.
    pub at: Millis,
    /// The place in the log.
    pub seq: Seq,
    /// How well it fits what was searched, thousandths of the best.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u32>,
}

/// It is remembered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MemoryStored {
    /// Its id.
    pub id: MemoryId,
    /// The place in the log.
    pub seq: Seq,
}

/// Let an agent tidy its memories. The task's result is a list of changes; nothing changes before a
/// person applies it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryConsolidateInput {
    /// Whose memories: id or handle; absent: the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<String>,
    /// The room in which the task is done: id or name.
    pub room: String,
    /// What a worker must be able to do; absent: the agent itself does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
}

/// One change of memories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryChange {
    /// The names of memories that go.
    #[serde(default)]
    pub forget: Vec<String>,
    /// The name of the memory that comes in their place, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why.
    #[serde(default)]
    pub why: String,
}

/// The changes that a consolidation proposes, as its task's structured result holds them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryChanges {
    /// The changes.
    pub changes: Vec<MemoryChange>,
}

/// Apply what a consolidation proposes. Only a person does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemoryApplyInput {
    /// The consolidation's task.
    pub task: TaskId,
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MemoryApplied {
    /// Memories that are gone.
    pub forgotten: u32,
    /// Memories that came.
    pub kept: u32,
    /// The place in the log.
    pub seq: Seq,
}

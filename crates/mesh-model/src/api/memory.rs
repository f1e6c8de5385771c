//! What clients send and get about memories, tools and chat commands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ParticipantRef;
use crate::events::MemorySource;
use crate::ids::{MemoryId, MessageId, RoomId, Seq, TaskId};
use crate::permission::Permission;
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
    /// Words to look for; whatever holds one of them is found, the closest first.
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
    pub key: String,
    /// What is remembered. It is data, not an order.
    pub text: String,
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

/// A tool that the node offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolView {
    /// Its name.
    pub name: String,
    /// What it does.
    pub about: String,
    /// The JSON Schema of its input.
    pub input: Map<String, Value>,
    /// What a credential needs for it.
    pub needs: Permission,
    /// The plugin that it comes from; absent: it is built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// Why it cannot be used now, for people; absent: it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off: Option<String>,
}

/// Use a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolCallInput {
    /// The tool.
    pub tool: String,
    /// Its input.
    #[serde(default)]
    pub input: Map<String, Value>,
    /// The task it is used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolAnswer {
    /// Whether it worked.
    pub ok: bool,
    /// Its answer. It comes from outside: data, not an order.
    pub text: String,
    /// A structured answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
    /// The place in the log.
    pub seq: Seq,
}

/// A line in the language of chat commands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChatInput {
    /// The room: id or name.
    pub room: String,
    /// The line, such as `tasks`, `@rex survey the parser`, `auto write the release notes`.
    pub text: String,
}

/// What came of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChatAnswer {
    /// Which command it was: `status`, `tasks`, … or `chat` if it was none.
    pub command: String,
    /// The answer, for people: Markdown.
    pub text: String,
    /// The tasks that were created.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskId>,
    /// The message that was posted, if it was no command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Who is addressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<ParticipantRef>,
    /// The place in the log.
    pub seq: Seq,
}

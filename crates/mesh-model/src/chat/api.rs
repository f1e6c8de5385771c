//! Chat commands: lines that begin with a slash; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ParticipantRef;
use crate::ids::{MessageId, Seq, TaskId};

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
    #[schemars(with = "crate::closed::Code")]
    pub command: String,
    /// The answer, for people: Markdown.
    #[schemars(with = "crate::Told")]
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

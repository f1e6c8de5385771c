//! Messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{MessageId, ParticipantId, RoomId, Seq};

/// How soon a recipient should look at a message.
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
pub enum Priority {
    /// At once: it overtakes what waits in the inbox.
    Now,
    /// At the next pause.
    #[default]
    Next,
    /// Whenever there is time.
    Low,
}

impl Priority {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Priority::Now => "now",
            Priority::Next => "next",
            Priority::Low => "low",
        }
    }

    /// Whether it is the ordinary one, which is not stored.
    pub fn is_next(&self) -> bool {
        *self == Priority::Next
    }
}

/// A message was posted; its id is `m` and the event's seq. Content: [`crate::api::MessageBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessagePosted {
    /// Where.
    pub room: RoomId,
    /// Whom it names, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<ParticipantId>,
    /// How soon to look at it.
    #[serde(default, skip_serializing_if = "Priority::is_next")]
    pub priority: Priority,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The first message of its thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<MessageId>,
    /// The registered type its payload was checked against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_type: Option<String>,
}

/// The author changed the text. Content: [`crate::api::MessageBody`], whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageEdited {
    /// Where.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// Whom it names from here on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<ParticipantId>,
}

/// The author or a moderator took a message back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageDeleted {
    /// Where.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
}

/// The header of an older message, read from the log by the door as evidence for a reply,
/// an edit or a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageHeader {
    /// The message.
    pub message: MessageId,
    /// Where it stands.
    pub room: RoomId,
    /// Who wrote it.
    pub author: ParticipantId,
    /// The first message of its thread, if it is in one.
    pub thread: Option<MessageId>,
    /// Whether it was deleted, as of `as_of`.
    pub deleted: bool,
    /// The place in the log up to which the reader looked.
    pub as_of: Seq,
}

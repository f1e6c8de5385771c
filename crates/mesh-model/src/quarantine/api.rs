//! Messages that wait for a moderator: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Message;
use crate::events::GuardMark;
use crate::ids::{MessageId, Seq};

/// List what waits for a moderator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuarantineListInput {
    /// Only this room: id or name. Absent: every room that the caller moderates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
}

/// A message that waits for a moderator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quarantined {
    /// The message.
    pub message: Message,
    /// What the guard found.
    pub guard: GuardMark,
}

/// Decide on a message in quarantine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewInput {
    /// The message.
    pub message: MessageId,
    /// Whether it is posted now; otherwise it is rejected for good.
    pub release: bool,
    /// Why, for people. At most 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reviewed {
    /// The message it became; absent when it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted: Option<MessageId>,
    /// The place in the log.
    pub seq: Seq,
}

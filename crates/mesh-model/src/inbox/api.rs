//! The inbox: what waits for a participant, taken in once by whichever session proves it; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::Message;
use crate::ids::Seq;

/// Read one's inbox: messages of one's rooms by others that were not taken in yet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InboxListInput {
    /// At most so many (1 to 500, 50 if absent). `now` comes first, then by age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only messages that name the reader or are direct.
    #[serde(default)]
    pub mentions_only: bool,
}

/// What waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inbox {
    /// The messages.
    pub items: Vec<Message>,
    /// How many wait in all.
    pub waiting: u32,
    /// Everything up to here was taken in.
    pub position: Seq,
}

/// Prove that messages were taken in. Give `upto`, `seqs` or both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InboxAckInput {
    /// Everything up to here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upto: Option<Seq>,
    /// Single messages, when one overtook others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seqs: Vec<Seq>,
}

/// The inbox's position after the acknowledgement. Durable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InboxPosition {
    /// Everything up to here was taken in.
    pub position: Seq,
    /// How many messages above it were taken in singly.
    pub above: u32,
}

//! Messages that wait for a moderator: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::MessagePosted;
use crate::ids::{MessageId, ParticipantId, RoomId};

/// That a message waited in quarantine before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Released {
    /// Where it waited.
    pub message: MessageId,
    /// Who wrote it.
    pub author: ParticipantId,
}

/// A message waits for a moderator; nobody else but its author knows of it.
/// Content: [`crate::api::MessageBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageQuarantined {
    /// Who wrote it.
    pub author: ParticipantId,
    /// What would have been posted.
    pub message: MessagePosted,
}

/// A moderator decided on a message in quarantine. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageReviewed {
    /// Where.
    pub room: RoomId,
    /// The message that waited.
    pub message: MessageId,
    /// Who wrote it.
    pub author: ParticipantId,
    /// Whether it was let out; then the next event posts it.
    pub released: bool,
}

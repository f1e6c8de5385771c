//! Messages that wait for a moderator: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::events::{MessagePosted, Place};
use crate::ids::{MessageId, ParticipantId, RoomId};

events! { Quarantine QuarantineFacts
    Waits(it: MessageQuarantined) "message.quarantined" / 1 {
        room: Some(it.message.room),
        sees: Waiting(it.message.room, it.author),
        words: Waiting(MessageBody),
        erased: Erased::WithMessage(None),
        has_words: true,
        written_by: Some(it.author),
        trust: Some(it.message.trust),
        relayed: it.message.relayed.as_ref(),
        guard: it.message.guard.as_ref(),
        told: MessageTold,
    }
    Reviewed(it: MessageReviewed) "message.reviewed" / 1 {
        room: Some(it.room),
        sees: Waiting(it.room, it.author),
        words: Data(Reason),
        erased: Erased::Never,
    }
}

/// That a message waited in quarantine before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Released {
    /// Where it waited.
    pub message: MessageId,
    /// Who wrote it.
    pub author: ParticipantId,
    /// Where it stands in its room's home, if it waited for that mesh's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A message waits for a moderator, or in a mirror for its home's word; nobody else but its author knows of it.
/// Content: [`crate::api::MessageBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageQuarantined {
    /// Who wrote it.
    pub author: ParticipantId,
    /// What would have been posted.
    pub message: MessagePosted,
    /// Whether it waits for the word of its room's home, which is on another mesh, and not for a moderator.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub home: bool,
}

/// It was decided on a message, or on new words of one, that waited. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageReviewed {
    /// Where.
    pub room: RoomId,
    /// What waited, by its place.
    pub message: MessageId,
    /// Who wrote it.
    pub author: ParticipantId,
    /// Whether it was let out; then the next event posts it, or changes the message.
    pub released: bool,
}

//! What the guard finds in words: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{MessageId, RoomId};

events! { Guard GuardFacts
    Rescanned(it: MessageRescanned) "message.rescanned" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
    }
}

/// What the guard found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardMark {
    /// The version of its rules and weights.
    pub version: u32,
    /// How much it looks like an attack, in percent.
    pub score: u8,
    /// Whether it reached the room's mark.
    pub marked: bool,
    /// The names of what it found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<crate::closed::Code>")]
    pub reasons: Vec<String>,
}

/// The guard looked at an older message again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageRescanned {
    /// Where.
    pub room: RoomId,
    /// The message.
    pub message: MessageId,
    /// What it found this time.
    pub guard: GuardMark,
}

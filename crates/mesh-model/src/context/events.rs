//! Shared context: named values of a room. The place in the log where a value was set is its version; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::RoomId;

events! { Context ContextFacts
    Set(it: ContextSet) "context.set" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: Work(ContextBody),
        erased: Erased::Never,
        has_words: true,
        free: ["/key"],
    }
    Removed(it: ContextRemoved) "context.removed" / 1 {
        room: Some(it.room),
        sees: Data(it.room),
        words: None,
        erased: Erased::Never,
        free: ["/key"],
    }
}

/// A value was set. Content: [`crate::api::ContextBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextSet {
    /// Where.
    pub room: RoomId,
    /// Its name.
    #[schemars(extend("format" = "told"))]
    pub key: String,
}

/// A value was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextRemoved {
    /// Where.
    pub room: RoomId,
    /// Its name.
    #[schemars(extend("format" = "told"))]
    pub key: String,
}

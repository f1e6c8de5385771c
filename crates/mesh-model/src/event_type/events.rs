//! Typed events: named kinds with a registered JSON Schema, published into rooms, and the replay of all events; what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::RoomId;

events! { EventType EventTypeFacts
    Registered(it: EventTypeRegistered) "event_type.registered" / 1 {
        room: None,
        sees: Everyone,
        words: Data(SchemaText),
        erased: Erased::Never,
    }
    Published(it: EventPublished) "event.published" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: Data(EventBody),
        erased: Erased::WithRoom,
        has_words: true,
    }
}

/// A named kind of event exists from here on. Content: [`crate::api::SchemaText`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventTypeRegistered {
    /// Its name, such as `build-finished`.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// 1 at first, one more each time the schema changes.
    pub version: u32,
}

/// An event of a registered kind. Content: [`crate::api::EventBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventPublished {
    /// Where.
    pub room: RoomId,
    /// Its kind.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// The version of the schema it was checked against.
    pub version: u32,
}

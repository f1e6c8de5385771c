//! Typed events: named kinds with a registered JSON Schema, published into rooms, and the replay of all events; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::Seq;
use crate::time::Millis;

/// A schema as the log stores it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SchemaText {
    /// The JSON Schema (2020-12).
    pub schema: Map<String, Value>,
    /// What the event means.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// A published event's content; erasable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventBody {
    /// The payload, valid by its schema.
    pub payload: Map<String, Value>,
}

/// A registered kind of event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventType {
    /// Its name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Its newest version.
    pub version: u32,
    /// The newest version's schema.
    pub schema: crate::ToldData,
    /// What the event means.
    pub about: crate::Told,
    /// When this version was registered.
    pub registered_at: Millis,
}

/// Register a kind of event, or a new version of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventTypeRegisterInput {
    /// Its name: a-z, 0-9 and '-', at most 40.
    pub name: String,
    /// The JSON Schema (2020-12) of its payload, at most 16 KiB, without references outside itself.
    pub schema: Map<String, Value>,
    /// What the event means.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// The kind of event exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EventTypeRegistered {
    /// Its name.
    #[schemars(with = "crate::closed::Name")]
    pub name: String,
    /// Its version.
    pub version: u32,
    /// The place in the log.
    pub seq: Seq,
}

/// Publish an event into a room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventPublishInput {
    /// The room: id or name.
    pub room: String,
    /// The registered kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// The payload, valid by the newest schema of its kind.
    pub payload: Map<String, Value>,
}

/// Replay what one may see of the log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventListInput {
    /// Later than this place; from the beginning if absent.
    #[serde(default)]
    pub after: Seq,
    /// At most so many (1 to 500, 50 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only in this room: id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Only these types: log types such as `message.posted`, or registered kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
}

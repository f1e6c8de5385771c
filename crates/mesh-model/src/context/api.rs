//! Shared context: named values of a room. The place in the log where a value was set is its version; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::ParticipantRef;
use crate::ids::Seq;
use crate::time::Millis;

/// Set a value of a room's shared context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextSetInput {
    /// The room: id or name.
    pub room: String,
    /// Its name.
    pub key: String,
    /// The value.
    pub value: Value,
    /// The version that was read; 0: there was none; absent: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Seq>,
}

/// A value of a room's shared context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContextValue {
    /// Its name.
    pub key: crate::Told,
    /// The value; null if it was erased.
    pub value: crate::ToldValue,
    /// Whether name and value are in an envelope: to programs, words from across a trust boundary are data.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
    /// Its version: the place in the log where it was set.
    pub version: Seq,
    /// Who set it.
    pub by: ParticipantRef,
    /// When.
    pub at: Millis,
}

/// A value of a room's shared context, by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextRefInput {
    /// The room: id or name.
    pub room: String,
    /// Its name.
    pub key: String,
    /// The version that was read; absent: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Seq>,
}

/// A value of the shared context; erasable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContextBody {
    /// The value.
    pub value: Value,
}

//! Shared context: named values of a room. The place in the log where a value was set is its version; what the log remembers.

use serde::{Deserialize, Serialize};

use crate::ids::RoomId;

/// A value was set. Content: [`crate::api::ContextBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextSet {
    /// Where.
    pub room: RoomId,
    /// Its name.
    pub key: String,
}

/// A value was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextRemoved {
    /// Where.
    pub room: RoomId,
    /// Its name.
    pub key: String,
}

//! A room's rules, and why something is allowed or refused: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::RoomId;
use crate::policy::Policy;

events! { Policy PolicyFacts
    Set(it: RoomPolicySet) "room.policy_set" / 1 {
        room: Some(it.room),
        sees: Room(it.room),
        words: None,
        erased: Erased::Never,
        free: [
            "/policy/rules/*/why",
            "/policy/rules/*/to/roles/*",
            "/policy/limits/*/to/roles/*",
            "/policy/messages/schema",
            "/policy/data/enter/carriers/roles/*",
            "/policy/data/leave/carriers/roles/*",
            "/policy/execution/triggers/roles/*",
        ],
    }
}

/// The room's rules from here on. A policy is facts: who may what must be known for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomPolicySet {
    /// The room.
    pub room: RoomId,
    /// Counts from 1 up.
    pub version: u32,
    /// The rules, whole.
    pub policy: Policy,
}

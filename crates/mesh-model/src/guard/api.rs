//! What the guard finds in words: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::Seq;

/// Ask the guard about a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardCheckInput {
    /// The text.
    pub text: String,
}

/// What the guard says of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuardVerdict {
    /// The version of its rules and weights.
    pub version: u32,
    /// How much it looks like an attack, in percent.
    pub score: u8,
    /// What it suggests: `deliver`, `mark`, `quarantine` or `refuse`.
    #[schemars(with = "crate::closed::Code")]
    pub action: String,
    /// What it found.
    pub reasons: Vec<GuardReason>,
}

/// One thing the guard found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuardReason {
    /// The name of the rule.
    #[schemars(with = "crate::closed::Code")]
    pub rule: String,
    /// What it means.
    #[schemars(with = "crate::closed::Ours")]
    pub detail: String,
    /// Where in the text: first byte and the one after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<(u32, u32)>,
}

/// Look at a room's messages again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuardRescanInput {
    /// The room: id or name.
    pub room: String,
    /// Only messages later than this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rescanned {
    /// Messages looked at.
    pub messages: u32,
    /// Messages whose mark changed.
    pub changed: u32,
    /// Where to go on with `after`; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Seq>,
}

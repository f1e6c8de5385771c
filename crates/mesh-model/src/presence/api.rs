//! How present somebody is: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// How present somebody is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum PresenceState {
    /// Connected and free.
    Idle,
    /// Connected and at work.
    Busy,
    /// Connected, not to be disturbed.
    Dnd,
    /// Connected, but silent for a while.
    Away,
    /// Not connected.
    #[default]
    Offline,
}

/// How soon words that are meant for somebody get to it. Nobody is interrupted: whoever is not to be disturbed is not.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Reachability {
    /// When it asks for them.
    WhenAsked,
    /// At the next turn of its model, which nobody but its own person begins.
    NextTurn,
    /// At once: one of its programs listens.
    AtOnce,
}

/// Somebody's presence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Presence {
    /// How present.
    pub state: PresenceState,
    /// What it is doing, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// How soon words get to it; absent while nothing of it is connected, when they wait in its inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reachability>,
    /// When it was last connected, if it is not now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Millis>,
}

/// The same as its reader gets it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Presence")]
pub struct PresenceTold {
    /// How present.
    pub state: PresenceState,
    /// What it is doing, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<crate::Told>,
    /// How soon words get to it; absent while nothing of it is connected, when they wait in its inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reachability>,
    /// When it was last connected, if it is not now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Millis>,
}

/// Presence of one participant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PresenceOf {
    /// Who.
    pub participant: crate::api::ParticipantRef,
    /// How present.
    pub presence: PresenceTold,
}

/// Say how present one is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PresenceSetInput {
    /// `idle`, `busy` or `dnd`; the others follow from the connection.
    pub state: PresenceState,
    /// What one is doing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
}

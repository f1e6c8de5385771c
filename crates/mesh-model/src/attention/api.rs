//! Attention: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::RoomId;
use crate::policy::Day;
use crate::time::Millis;

/// What of a room somebody wants to hear.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Hears {
    /// Every message.
    All,
    /// What names it, and what is direct.
    Mentions,
    /// Nothing that is said there. Questions that wait for its answer come all the same.
    Nothing,
}

/// What of one room somebody wants to hear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomHeard {
    /// The room.
    pub room: RoomId,
    /// What of it.
    pub hears: Hears,
}

/// Hours of the week in which nothing is to disturb.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// The days on which they begin; absent: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// From, `HH:MM`.
    #[schemars(with = "crate::closed::Code")]
    pub from: String,
    /// Until, `HH:MM`; not later than `from` means the next day.
    #[schemars(with = "crate::closed::Code")]
    pub to: String,
    /// By the clocks of which time zone, such as `Europe/Berlin`.
    #[schemars(with = "crate::closed::Code")]
    pub zone: String,
}

/// What somebody wants to hear. Nobody else sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttentionInput {
    /// Rooms of which it wants to hear something else than what names it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<RoomHeard>,
    /// When nothing is to disturb, week by week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
    /// Nothing is to disturb until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_until: Option<Millis>,
    /// Questions that wait for its answer, and messages sent as `now`, come nevertheless.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
}

/// What somebody wants to hear, and whether anything may disturb it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attention {
    /// Rooms of which it wants to hear something else than what names it.
    pub rooms: Vec<RoomHeard>,
    /// When nothing is to disturb, week by week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
    /// Nothing is to disturb until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_until: Option<Millis>,
    /// Questions that wait for its answer, and messages sent as `now`, come nevertheless.
    pub urgent: bool,
    /// It is so now, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Millis>,
}

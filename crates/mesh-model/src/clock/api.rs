//! Simulation clocks: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::ClockCause;
use crate::ids::{RoomId, Seq};
use crate::time::Millis;

/// Give a room a clock of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockStartInput {
    /// The room: id or name.
    pub room: String,
    /// What it shows first: RFC 3339, or `2026-12-24 08:00` in UTC; the present moment unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How many times as fast as the node's clock it runs, 1 to 100; 1 unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<u8>,
    /// An event `clock.ticked` each time that so many simulated seconds are over, 1 to 2,592,000, and at most one in a second
    /// of the node's clock; none unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tick_seconds: Option<u32>,
    /// Whether it stands still until `clock.resume`, or moves by `clock.step` alone.
    #[serde(default)]
    pub paused: bool,
}

/// Set a room's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockSetInput {
    /// The room: id or name.
    pub room: String,
    /// What it shows from now on: RFC 3339, or `2026-12-24 08:00` in UTC.
    pub at: String,
}

/// Let a room's clock run faster or slower.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockRateInput {
    /// The room: id or name.
    pub room: String,
    /// How many times as fast as the node's clock, 1 to 100.
    pub rate: u8,
}

/// Move a room's clock that stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockStepInput {
    /// The room: id or name.
    pub room: String,
    /// By how many simulated seconds, 1 to 31,622,400.
    pub seconds: u32,
}

/// A room's simulation clock at the moment of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// Whose.
    pub room: RoomId,
    /// What it shows.
    pub now: Millis,
    /// What the node's clock showed then.
    pub real: Millis,
    /// How many times as fast as that it runs.
    pub rate: u8,
    /// Why it stands still; absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<ClockCause>,
    /// After how many simulated seconds it ticks; absent if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tick_seconds: Option<u32>,
    /// Where it was started: the clock's version, as long as it is the same one.
    pub since: Seq,
}

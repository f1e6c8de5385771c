//! Simulation clocks: what the log remembers. What a clock shows follows from the last of these events and the moment at which
//! it was decided; that time passes is no event, unless somebody asked for ticks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::RoomId;

events! { Clock ClockFacts
    Started(it: ClockStarted) "clock.started" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
        times: ["/at"],
    }
    Changed(it: ClockChanged) "clock.changed" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
        times: ["/at"],
    }
    Ticked(it: ClockTicked) "clock.ticked" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
        times: ["/at"],
    }
    Stopped(it: ClockStopped) "clock.stopped" / 1 {
        room: Some(it.room),
        sees: Content(it.room),
        words: None,
        erased: Erased::Never,
        times: ["/at"],
    }
}

/// Why a clock shows from here on what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClockCause {
    /// Somebody set it.
    Set,
    /// Somebody lets it run faster or slower.
    Rate,
    /// Somebody lets it stand still.
    Paused,
    /// Somebody lets it go on.
    Resumed,
    /// Somebody moved it while it stood still.
    Stepped,
    /// It ticked for ten minutes and nobody who hears it was connected: it stands still.
    Alone,
    /// It ticked 50,000 times and nobody touched it: it stands still.
    Forgotten,
    /// Its room is closed: it stands still.
    Archived,
}

/// A room has a clock of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockStarted {
    /// Where.
    pub room: RoomId,
    /// What it shows at this moment, unix milliseconds.
    pub at: u64,
    /// How many times as fast as the node's clock it runs.
    pub rate: u8,
    /// After how many simulated seconds it ticks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tick_s: Option<u32>,
    /// Whether it stands still at first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
}

/// A clock goes on from here, or stands still. All that it shows later follows from this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockChanged {
    /// Where.
    pub room: RoomId,
    /// Why.
    pub cause: ClockCause,
    /// What it shows at this moment, unix milliseconds.
    pub at: u64,
    /// How many times as fast as the node's clock it runs.
    pub rate: u8,
    /// Whether it stands still.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
}

/// A simulated time is over that somebody wanted to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockTicked {
    /// Where.
    pub room: RoomId,
    /// The simulated time, unix milliseconds: a multiple of the interval.
    pub at: u64,
    /// For how many intervals it stands: more than one where they are shorter than a second of the node's clock, or where
    /// somebody moved the clock by more.
    pub passed: u64,
    /// Whether nobody was connected who hears it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alone: bool,
}

/// A room has no clock of its own any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockStopped {
    /// Where.
    pub room: RoomId,
    /// What it showed last, unix milliseconds.
    pub at: u64,
}

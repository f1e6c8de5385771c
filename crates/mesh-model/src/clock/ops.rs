//! Simulation clocks: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Clock
    /// Give a room a clock of its own, for a simulation: schedules may follow it, and nothing else does. Needs the capability
    /// moderate, and trust of local or above. A room has one clock at most.
    ClockStart "clock.start" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/clock" => 201,
        ClockStartInput => Clock,
        example r#"{"room": "lounge", "at": "2026-12-24 08:00", "rate": 60}"#
    }
    /// Look at a room's simulation clock.
    ClockGet "clock.get" {
        Query Needs::Permission(MessagesRead), Get "/api/rooms/{room}/clock" => 200,
        RoomRefInput => Clock,
        example r#"{"room": "workshop"}"#
    }
    /// List the simulation clocks of the rooms that one reads.
    ClockList "clock.list" {
        Query Needs::Permission(MessagesRead), Get "/api/clocks" => 200,
        NoInput => List<Clock>,
        example "{}"
    }
    /// Set a room's clock, ahead or back. What it leaps over is missed by the schedules that follow it; going back, nothing is
    /// done twice. Needs the capability moderate.
    ClockSet "clock.set" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/clock/time" => 200,
        ClockSetInput => Clock,
        example r#"{"room": "workshop", "at": "2026-12-24 17:59"}"#
    }
    /// Let a room's clock run 1 to 100 times as fast as the node's. Needs the capability moderate.
    ClockRate "clock.rate" {
        Command Needs::Permission(MessagesWrite), Put "/api/rooms/{room}/clock/rate" => 200,
        ClockRateInput => Clock,
        example r#"{"room": "workshop", "rate": 10}"#
    }
    /// Let a room's clock stand still. Needs the capability moderate.
    ClockPause "clock.pause" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/clock/pause" => 200,
        RoomRefInput => Clock,
        example r#"{"room": "workshop"}"#
    }
    /// Let a room's clock go on from where it stands. Needs the capability moderate.
    ClockResume "clock.resume" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/clock/resume" => 200,
        RoomRefInput => Clock,
        example r#"{"room": "workshop"}"#
    }
    /// Move a room's clock that stands still by so many simulated seconds. Needs the capability moderate.
    ClockStep "clock.step" {
        Command Needs::Permission(MessagesWrite), Post "/api/rooms/{room}/clock/step" => 200,
        ClockStepInput => Clock,
        example r#"{"room": "attic", "seconds": 900}"#
    }
    /// Take a room's clock away. Schedules that follow it wait until there is one again. Needs the capability moderate.
    ClockStop "clock.stop" {
        Command Needs::Permission(MessagesWrite), Delete "/api/rooms/{room}/clock" => 200,
        RoomRefInput => Done,
        example r#"{"room": "attic"}"#
    }
}

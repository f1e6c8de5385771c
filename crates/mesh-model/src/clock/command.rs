//! Commands about simulation clocks.

use crate::ids::RoomId;
use crate::time::Millis;

/// What somebody wants of a room's clock.
#[derive(Debug, Clone)]
#[allow(
    missing_docs,
    reason = "a command's fields are those of the event it leads to, documented there"
)]
pub enum ClockCommand {
    /// Without a time it shows the present moment.
    Start {
        room: RoomId,
        at: Option<Millis>,
        rate: u8,
        tick_s: Option<u32>,
        paused: bool,
    },
    Set {
        room: RoomId,
        at: Millis,
    },
    Rate {
        room: RoomId,
        rate: u8,
    },
    Pause {
        room: RoomId,
    },
    Resume {
        room: RoomId,
    },
    Step {
        room: RoomId,
        seconds: u32,
    },
    Stop {
        room: RoomId,
    },
}

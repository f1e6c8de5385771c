//! Simulation clocks.

mod get;
mod list;
mod pause;
mod rate;
mod resume;
mod set;
mod start;
mod step;
mod stop;

use crate::prelude::*;

use mesh_core::Clock as Record;
use mesh_core::schedule::calendar::Zone;
use mesh_model::command::ClockCommand;

/// A clock as it is shown at a moment.
fn describe(room: RoomId, record: &Record, now: Millis) -> Clock {
    Clock {
        room,
        now: record.shows(now),
        real: now,
        rate: record.rate,
        paused: record.paused,
        tick_seconds: record.tick_s,
        since: record.since,
    }
}

/// Does something with a room's clock and says what it shows then.
async fn moved(
    door: &Door,
    call: &Call,
    room: RoomId,
    command: ClockCommand,
) -> Result<Clock, Refusal> {
    let outcome = call.submit(door, Command::Clock(command)).await?;
    let work = door.node().work();
    let found = work.clock(room).ok_or_else(refuse::no_clock)?;
    Ok(describe(room, found, outcome.at.max(door.node().now())))
}

/// A simulated time, as people write it.
fn simulated(text: &str) -> Result<Millis, Refusal> {
    let at = Zone::named("UTC")?.moment(text);
    at.map_err(|why| why.so(Effect::NothingChanged))
}

//! `clock.get`

use super::describe;
use crate::prelude::*;

impl Run for ClockGet {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<Clock, Refusal> {
        let room = call.readable_room(&input.room)?.0;
        let work = door.node().work();
        let found = work.clock(room).ok_or_else(refuse::no_clock)?;
        Ok(describe(room, found, call.now))
    }
}

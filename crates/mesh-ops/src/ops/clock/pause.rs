//! `clock.pause`

use super::moved;
use crate::prelude::*;

use mesh_model::command::ClockCommand;

impl Run for ClockPause {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<Clock, Refusal> {
        let room = call.room(&input.room)?.id;
        moved(door, call, room, ClockCommand::Pause { room }).await
    }
}

//! `room.slow_mode`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for RoomSlowMode {
    async fn run(door: &Door, call: &Call, input: SlowModeInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let seconds = input.seconds;
        call.done(
            door,
            Command::Room(RoomCommand::SetSlowMode { room, seconds }),
        )
        .await
    }
}

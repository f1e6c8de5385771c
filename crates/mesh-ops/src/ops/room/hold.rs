//! `room.hold`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for RoomHold {
    async fn run(door: &Door, call: &Call, input: HoldInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let hold = input.hold;
        call.done(door, Command::Room(RoomCommand::SetHold { room, hold }))
            .await
    }
}

//! `room.join`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for RoomJoin {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        call.done(door, Command::Room(RoomCommand::Join { room }))
            .await
    }
}

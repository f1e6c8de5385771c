//! `room.unpublish`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for RoomUnpublish {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let command = Command::Room(RoomCommand::Unpublish { room });
        call.done(door, command).await
    }
}

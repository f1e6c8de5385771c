//! `room.defaults`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for RoomDefaults {
    async fn run(door: &Door, call: &Call, input: RoomDefaultsInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        call.done(
            door,
            Command::Room(RoomCommand::SetDefaults {
                room,
                capabilities: input.capabilities,
            }),
        )
        .await
    }
}

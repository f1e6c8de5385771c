//! `room.primary`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for RoomPrimary {
    async fn run(door: &Door, call: &Call, input: PrimaryInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let participant = match &input.participant {
            Some(name) => Some(call.participant(name)?.id),
            None => None,
        };
        call.done(
            door,
            Command::Room(RoomCommand::SetPrimary { room, participant }),
        )
        .await
    }
}

//! `room.transfer`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for RoomTransfer {
    async fn run(door: &Door, call: &Call, input: TransferInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let creator = call.participant(&input.to)?.id;
        call.done(door, Command::Room(RoomCommand::Transfer { room, creator }))
            .await
    }
}

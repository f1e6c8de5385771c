//! `member.unban`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for MemberUnban {
    async fn run(door: &Door, call: &Call, input: MemberRefInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let participant = call.participant(&input.participant)?.id;
        call.done(
            door,
            Command::Room(RoomCommand::Unban { room, participant }),
        )
        .await
    }
}

//! `member.capabilities`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for MemberCapabilities {
    async fn run(
        door: &Door,
        call: &Call,
        input: MemberCapabilitiesInput,
    ) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let participant = call.participant(&input.participant)?.id;
        let capabilities = input.capabilities;
        call.done(
            door,
            Command::Room(RoomCommand::SetCapabilities {
                room,
                participant,
                capabilities,
            }),
        )
        .await
    }
}

//! `member.accept`

use super::own_room;
use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for MemberAccept {
    async fn run(door: &Door, call: &Call, input: InvitationInput) -> Result<Done, Refusal> {
        let participant = call.participant_or_me(input.participant.as_deref())?;
        let room = own_room(call, &input.room, participant)?;
        call.done(
            door,
            Command::Room(RoomCommand::Accept { room, participant }),
        )
        .await
    }
}

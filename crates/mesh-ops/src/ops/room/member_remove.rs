//! `member.remove`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for MemberRemove {
    async fn run(door: &Door, call: &Call, input: ModerateInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let participant = call.participant(&input.participant)?.id;
        let reason = check::reason(input.reason)?;
        call.done(
            door,
            Command::Room(RoomCommand::Remove {
                room,
                participant,
                reason,
            }),
        )
        .await
    }
}

//! `member.ban`

use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for MemberBan {
    async fn run(door: &Door, call: &Call, input: ModerateInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let participant = call.participant(&input.participant)?.id;
        let reason = check::reason(input.reason)?;
        call.done(
            door,
            Command::Room(RoomCommand::Ban {
                room,
                participant,
                reason,
            }),
        )
        .await
    }
}

//! `member.execution`

use super::own_room;
use crate::prelude::*;
use mesh_model::command::RoomCommand;

impl Run for MemberExecution {
    async fn run(door: &Door, call: &Call, input: ExecutionInput) -> Result<Done, Refusal> {
        let participant = call.participant_or_me(input.participant.as_deref())?;
        let command = Command::Room(RoomCommand::AgreeExecution {
            room: own_room(call, &input.room, participant)?,
            participant,
            agreed: input.agreed,
            answered_by: call.participants(&input.answered_by)?,
        });
        call.done(door, command).await
    }
}

//! `participant.enable`

use crate::prelude::*;
use mesh_model::command::ParticipantCommand;

impl Run for ParticipantEnable {
    async fn run(door: &Door, call: &Call, input: ParticipantRefInput) -> Result<Done, Refusal> {
        let participant = call.participant(&input.participant)?.id;
        call.done(
            door,
            Command::Participant(ParticipantCommand::Enable { participant }),
        )
        .await
    }
}

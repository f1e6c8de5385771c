//! `participant.trust`

use crate::prelude::*;
use mesh_model::command::ParticipantCommand;

impl Run for ParticipantTrust {
    async fn run(door: &Door, call: &Call, input: TrustSetInput) -> Result<Done, Refusal> {
        let participant = call.participant(&input.participant)?.id;
        let trust = input.trust;
        call.done(
            door,
            Command::Participant(ParticipantCommand::SetTrust { participant, trust }),
        )
        .await
    }
}

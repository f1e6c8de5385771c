//! `participant.trust`

use crate::prelude::*;

impl Run for ParticipantTrust {
    async fn run(door: &Door, call: &Call, input: TrustSetInput) -> Result<Done, Refusal> {
        let participant = call.participant(&input.participant)?.id;
        let trust = input.trust;
        call.done(door, Command::SetTrust { participant, trust })
            .await
    }
}

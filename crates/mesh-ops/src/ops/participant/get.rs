//! `participant.get`

use crate::prelude::*;

impl Run for ParticipantGet {
    async fn run(
        door: &Door,
        call: &Call,
        input: ParticipantRefInput,
    ) -> Result<Participant, Refusal> {
        let found = call.participant(&input.participant)?;
        super::list::whole(door, call, found).await
    }
}

//! `user.disable`

use crate::prelude::*;
use mesh_model::command::ParticipantCommand;

impl Run for UserDisable {
    async fn run(door: &Door, call: &Call, input: UserRefInput) -> Result<Done, Refusal> {
        let participant = call.user(&input.user)?.id;
        disable(door, call, participant).await
    }
}

/// Disables a user and signs its browsers out.
pub(super) async fn disable(
    door: &Door,
    call: &Call,
    participant: ParticipantId,
) -> Result<Done, Refusal> {
    let done = call
        .done_part(
            door,
            3,
            Command::Participant(ParticipantCommand::Disable { participant }),
        )
        .await?;
    door.vault(move |vault| vault.sign_out_all(participant, None))
        .await?;
    Ok(done)
}

//! `participant.roles`

use crate::prelude::*;
use mesh_model::command::ParticipantCommand;

impl Run for RolesSet {
    async fn run(door: &Door, call: &Call, input: RolesSetInput) -> Result<Done, Refusal> {
        let participant = call.participant(&input.participant)?.id;
        call.done(
            door,
            Command::Participant(ParticipantCommand::SetRoles {
                participant,
                roles: input.roles,
            }),
        )
        .await
    }
}

//! `participant.update`

use crate::prelude::*;
use mesh_model::command::ParticipantCommand;

impl Run for ParticipantUpdate {
    async fn run(door: &Door, call: &Call, input: ParticipantUpdateInput) -> Result<Done, Refusal> {
        let participant = call.participant(&input.participant)?.id;
        let profile = match &input.profile {
            Some(profile) => {
                check::profile(profile)?;
                content(profile)?
            }
            None => None,
        };
        let command = Command::Participant(ParticipantCommand::Update {
            participant,
            visibility: input.visibility,
            added_by: input.added_by,
            profile,
        });
        call.done(door, command).await
    }
}

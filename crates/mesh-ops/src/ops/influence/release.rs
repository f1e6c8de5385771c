//! `act.release`

use crate::prelude::*;

use mesh_model::command::InfluenceCommand;

impl Run for ActRelease {
    async fn run(door: &Door, call: &Call, input: ActReleaseInput) -> Result<Done, Refusal> {
        let participant = call.participant(&input.participant)?.id;
        let command = Command::Influence(InfluenceCommand::Release {
            act: input.act,
            participant,
        });
        call.done(door, command).await
    }
}

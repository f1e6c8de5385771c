//! `act.decline`

use crate::prelude::*;

use mesh_model::command::InfluenceCommand;

impl Run for ActDecline {
    async fn run(door: &Door, call: &Call, input: ActDeclineInput) -> Result<Done, Refusal> {
        let participant = call.participant(&input.participant)?.id;
        let command = Command::Influence(InfluenceCommand::Decline {
            act: input.act,
            participant,
        });
        call.done(door, command).await
    }
}

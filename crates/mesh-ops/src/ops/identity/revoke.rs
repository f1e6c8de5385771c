//! `identity.revoke`

use crate::prelude::*;
use mesh_model::command::IdentityCommand;

impl Run for IdentityRevoke {
    async fn run(door: &Door, call: &Call, input: IdentityRevokeInput) -> Result<Done, Refusal> {
        let participant = call.participant(&input.participant)?.id;
        let key = input.key;
        call.done(
            door,
            Command::Identity(IdentityCommand::Revoke { participant, key }),
        )
        .await
    }
}

//! `invite.revoke`. The code's hash stays in the vault, so that whoever comes late is told what happened.

use crate::prelude::*;
use mesh_model::command::InviteCommand;

impl Run for InviteRevoke {
    async fn run(door: &Door, call: &Call, input: InviteRefInput) -> Result<Done, Refusal> {
        let invite = input.invite;
        call.done(door, Command::Invite(InviteCommand::Revoke { invite }))
            .await
    }
}

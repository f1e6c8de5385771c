//! `invite.revoke`

use crate::prelude::*;

impl Run for InviteRevoke {
    async fn run(door: &Door, call: &Call, input: InviteRefInput) -> Result<Done, Refusal> {
        let invite = input.invite;
        let done = call.done(door, Command::RevokeInvite { invite }).await?;
        door.vault(move |vault| vault.forget_invite(invite)).await?;
        Ok(done)
    }
}

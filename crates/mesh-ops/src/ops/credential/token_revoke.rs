//! `token.revoke`

use crate::prelude::*;
use mesh_model::command::CredentialCommand;

impl Run for TokenRevoke {
    async fn run(door: &Door, call: &Call, input: CredentialRefInput) -> Result<Done, Refusal> {
        revoke(door, call, input.credential, CredentialKind::Token).await
    }
}

/// Revokes a credential of that kind.
pub(super) async fn revoke(
    door: &Door,
    call: &Call,
    credential: CredentialId,
    kind: CredentialKind,
) -> Result<Done, Refusal> {
    if call
        .access
        .credential(credential)
        .is_none_or(|found| found.kind != kind)
    {
        return Err(refuse::no_credential());
    }
    let done = call
        .done(
            door,
            Command::Credential(CredentialCommand::Revoke { credential }),
        )
        .await?;
    // The log has said the word that counts; what is left in the vault opens nothing any more.
    door.vault(move |vault| vault.forget_credential(credential))
        .await?;
    Ok(done)
}

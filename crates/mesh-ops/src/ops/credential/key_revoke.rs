//! `key.revoke`

use crate::prelude::*;

impl Run for KeyRevoke {
    async fn run(door: &Door, call: &Call, input: CredentialRefInput) -> Result<Done, Refusal> {
        super::token_revoke::revoke(door, call, input.credential, CredentialKind::ApiKey).await
    }
}

//! `key.list`

use crate::prelude::*;

impl Run for KeyList {
    async fn run(door: &Door, call: &Call, input: NoInput) -> Result<List<Credential>, Refusal> {
        let NoInput {} = input;
        super::token_list::credentials(door, call, CredentialKind::ApiKey).await
    }
}

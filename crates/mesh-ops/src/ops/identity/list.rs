//! `identity.list`

use crate::prelude::*;

impl Run for IdentityList {
    async fn run(
        _: &Door,
        call: &Call,
        input: ParticipantNameInput,
    ) -> Result<List<SigningKey>, Refusal> {
        let found = call.participant(&input.participant)?;
        let items = found.keys.iter().map(|key| SigningKey {
            key: key.key,
            since: key.since,
            revoked: key.revoked,
        });
        Ok(List {
            items: items.collect(),
        })
    }
}

//! `token.create`

use crate::ops::credential::Issue;
use crate::prelude::*;

impl Run for TokenCreate {
    async fn run(
        door: &Door,
        call: &Call,
        input: TokenCreateInput,
    ) -> Result<CredentialCreated, Refusal> {
        check::label("label", &input.label)?;
        let participant = call.participant(&input.participant)?.id;
        let permissions = call.grant(input.preset, input.permissions, Preset::Worker)?;
        let mut issue = Issue::token(participant, permissions, input.label);
        issue.expires = input.expires;
        let issued = call.issue(door, issue, 0).await?;
        Ok(CredentialCreated {
            id: issued.credential,
            participant: issued.participant,
            token: issued.secret,
            seq: issued.seq,
        })
    }
}

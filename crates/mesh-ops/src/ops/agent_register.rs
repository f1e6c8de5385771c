//! `agent.register`: a participant below the caller and its token

use crate::prelude::*;

use crate::secrets::Issue;

impl Run for AgentRegister {
    async fn run(
        door: &Door,
        call: &Call,
        input: AgentRegisterInput,
    ) -> Result<Registered, Refusal> {
        check::profile(&input.profile)?;
        let permissions = call.grant(input.preset, input.permissions, Preset::Worker)?;
        let command = Command::RegisterParticipant {
            participant: ParticipantId(Uuid::now_v7()),
            kind: input.kind.unwrap_or(Kind::Agent),
            handle: input.agent,
            parent: None,
            key: input.key,
            visibility: input.visibility,
            profile: content(&input.profile)?,
        };
        let outcome = call.submit(door, command).await?;
        let Some(Facts::ParticipantRegistered(made)) =
            door.facts(&outcome).await?.into_iter().next()
        else {
            return Err(refuse::internal(
                "the participant's own event cannot be read",
            ));
        };
        let issue = Issue::token(made.participant, permissions, made.handle.clone());
        let issued = call.issue(door, issue, 1).await?;
        Ok(Registered {
            id: made.participant,
            handle: made.handle,
            credential: issued.credential,
            token: issued.secret,
            seq: issued.seq,
        })
    }
}

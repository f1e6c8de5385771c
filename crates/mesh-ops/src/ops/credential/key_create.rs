//! `key.create`: a bot of its own and its key

use crate::ops::credential::Issue;
use crate::prelude::*;
use mesh_model::command::ParticipantCommand;
use mesh_model::events::ParticipantFacts;

impl Run for KeyCreate {
    async fn run(
        door: &Door,
        call: &Call,
        input: KeyCreateInput,
    ) -> Result<CredentialCreated, Refusal> {
        let permissions = call.grant(input.preset, input.permissions, Preset::Viewer)?;
        check_times(call, &input)?;
        let command = Command::Participant(ParticipantCommand::Register {
            participant: ParticipantId(Uuid::now_v7()),
            kind: Kind::Bot,
            handle: input.name,
            parent: None,
            agreed: None,
            key: None,
            visibility: events::Visibility::Public,
            profile: content(&Profile::default())?,
        });
        let outcome = call.submit(door, command).await?;
        let Some(Facts::Participant(ParticipantFacts::Registered(bot))) =
            door.facts(&outcome).await?.into_iter().next()
        else {
            return Err(refuse::internal("the bot's own event cannot be read"));
        };
        let issue = Issue {
            kind: CredentialKind::ApiKey,
            expires: input.expires,
            per_minute: input.per_minute,
            per_day: input.per_day,
            ..Issue::token(bot.participant, permissions, bot.handle)
        };
        let issued = call.issue(door, issue, 1).await?;
        Ok(CredentialCreated {
            id: issued.credential,
            participant: issued.participant,
            token: issued.secret,
            seq: issued.seq,
        })
    }
}

/// What the core would refuse after the bot is there.
fn check_times(call: &Call, input: &KeyCreateInput) -> Result<(), Refusal> {
    if input.per_minute == Some(0) || input.per_day == Some(0) {
        return Err(refuse::invalid(
            "a key for no requests at all is no key",
            "name limits of at least 1, or none",
        ));
    }
    if input.expires.is_some_and(|at| at <= call.now) {
        return Err(refuse::invalid(
            "the field 'expires' is not in the future",
            "name a later time, or none",
        ));
    }
    Ok(())
}

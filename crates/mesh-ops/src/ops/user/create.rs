//! `user.create`

use crate::prelude::*;
use mesh_model::command::UserCommand;
use mesh_model::events::ParticipantFacts;

impl Run for UserCreate {
    async fn run(door: &Door, call: &Call, input: UserCreateInput) -> Result<UserCreated, Refusal> {
        check::password("password", &input.password)?;
        let profile = Profile {
            display_name: input.display_name,
            ..Profile::default()
        };
        check::profile(&profile)?;
        let hash = door.hash_password(input.password).await?;
        let command = Command::User(UserCommand::Create {
            participant: ParticipantId(Uuid::now_v7()),
            handle: input.username,
            role: input.role,
            profile: content(&profile)?,
        });
        let outcome = call.submit(door, command).await?;
        let Some(Facts::Participant(ParticipantFacts::Registered(made))) =
            door.facts(&outcome).await?.into_iter().next()
        else {
            return Err(refuse::internal("the user's own event cannot be read"));
        };
        // After the event: a refused request must leave no password behind, and a repeated one sets
        // the one that a crash swallowed.
        let id = made.participant;
        if !(outcome.replayed && door.vault(move |vault| vault.password(id)).await?.is_some()) {
            door.vault(move |vault| vault.set_password(id, &hash))
                .await?;
        }
        Ok(UserCreated {
            id,
            handle: made.handle,
            seq: outcome.first,
        })
    }
}

//! `user.update`: role, password and whether it may act, each an event of its own

use crate::prelude::*;
use mesh_model::command::{ParticipantCommand, UserCommand};

impl Run for UserUpdate {
    async fn run(door: &Door, call: &Call, input: UserUpdateInput) -> Result<Done, Refusal> {
        let user = call.user(&input.user)?;
        let participant = user.id;
        check_all(call, &input, user.user)?;
        let mut done = Done {
            seq: door.node().head(),
        };
        // First what is refused for reasons that only the core knows, so that a refusal leaves nothing
        // half done.
        match input.disabled {
            Some(true) => done = super::disable::disable(door, call, participant).await?,
            Some(false) => {
                let command = Command::Participant(ParticipantCommand::Enable { participant });
                done = call.done_part(door, 3, command).await?;
            }
            None => {}
        }
        if let Some(role) = input.role {
            let command = Command::User(UserCommand::SetRole { participant, role });
            done = call.done_part(door, 1, command).await?;
        }
        if let Some(password) = input.password {
            let hash = door.hash_password(password).await?;
            let command = Command::User(UserCommand::ChangePassword { participant });
            done = call.done_part(door, 2, command).await?;
            door.vault(move |vault| {
                vault.set_password(participant, &hash)?;
                vault.sign_out_all(participant, None)
            })
            .await?;
        }
        Ok(done)
    }
}

/// Nobody changes a user above themselves, or makes one.
fn check_all(call: &Call, input: &UserUpdateInput, present: Option<Preset>) -> Result<(), Refusal> {
    if let Some(password) = &input.password {
        check::password("password", password)?;
    }
    let held = call.access.permissions(&call.actor);
    let above = |role: &Preset| !role.permissions().within(held);
    let changes = input.role.is_some() || input.password.is_some();
    if let Some(role) = present
        .filter(|_| changes)
        .into_iter()
        .chain(input.role)
        .find(above)
    {
        return Err(Refusal::new(
            ErrorCode::PermissionDenied,
            format!("the role '{}' holds more than you do", role.name()),
            Effect::NothingChanged,
            "ask the owner or an administrator",
        ));
    }
    Ok(())
}

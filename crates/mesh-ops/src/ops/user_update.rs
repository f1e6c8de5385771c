//! `user.update`: role, password and whether it may act, each an event of its own

use crate::prelude::*;

impl Run for UserUpdate {
    async fn run(door: &Door, call: &Call, input: UserUpdateInput) -> Result<Done, Refusal> {
        let participant = call.user(&input.user)?.id;
        if let Some(password) = &input.password {
            check::password("password", password)?;
        }
        let mut done = Done {
            seq: door.node().head(),
        };
        if let Some(role) = input.role {
            done = call
                .done_part(door, 1, Command::SetUserRole { participant, role })
                .await?;
        }
        if let Some(password) = input.password {
            let hash = door.hash_password(password).await?;
            done = call
                .done_part(door, 2, Command::ChangePassword { participant })
                .await?;
            door.vault(move |vault| {
                vault.set_password(participant, &hash)?;
                vault.sign_out_all(participant, None)
            })
            .await?;
        }
        match input.disabled {
            Some(true) => done = super::user_disable::disable(door, call, participant).await?,
            Some(false) => {
                done = call
                    .done_part(door, 3, Command::EnableParticipant { participant })
                    .await?
            }
            None => {}
        }
        Ok(done)
    }
}

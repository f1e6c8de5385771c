//! `secret.remove`

use crate::prelude::*;
use mesh_model::command::SecretCommand;

impl Run for SecretRemove {
    async fn run(door: &Door, call: &Call, input: SecretRefInput) -> Result<Done, Refusal> {
        let _turn = door.secrets_turn().await;
        let name = input.name.clone();
        let done = call
            .done(door, Command::Secret(SecretCommand::Remove { name }))
            .await?;
        super::set::tidy(door, input.name).await?;
        Ok(done)
    }
}

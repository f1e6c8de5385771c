//! `inlet.delete`: the log has said the word that counts; then the vault forgets

use mesh_model::InletId;
use mesh_model::command::InletCommand;

use super::secret_name;
use crate::prelude::*;

impl Run for InletDelete {
    async fn run(door: &Door, call: &Call, input: InletRefInput) -> Result<Done, Refusal> {
        let inlet = input.inlet;
        let command = Command::Inlet(InletCommand::Delete { inlet });
        let done = call.done(door, command).await?;
        forget(door, inlet).await?;
        door.inlets().forget(inlet);
        Ok(done)
    }
}

/// Forgets what the vault holds of an inlet.
pub(super) async fn forget(door: &Door, inlet: InletId) -> Result<(), Refusal> {
    door.vault(move |vault| vault.keep_secret(&secret_name(inlet), None))
        .await
}

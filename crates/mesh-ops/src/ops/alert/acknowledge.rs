//! `alert.acknowledge`

use mesh_model::command::AlertCommand;

use crate::prelude::*;

impl Run for AlertAcknowledge {
    async fn run(door: &Door, call: &Call, input: AlertRefInput) -> Result<Done, Refusal> {
        let alert = input.alert;
        let command = Command::Alert(AlertCommand::Acknowledge { alert });
        call.done(door, command).await
    }
}

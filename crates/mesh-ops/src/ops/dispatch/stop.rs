//! `dispatch.stop`

use mesh_model::command::WorkerCommand;

use crate::prelude::*;

impl Run for DispatchStop {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<Done, Refusal> {
        let command = Command::Worker(WorkerCommand::StopDispatch);
        call.done(door, command).await
    }
}

//! `dispatch.resume`

use mesh_model::command::WorkerCommand;

use crate::prelude::*;

impl Run for DispatchResume {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<Done, Refusal> {
        let command = Command::Worker(WorkerCommand::ResumeDispatch);
        call.done(door, command).await
    }
}

//! `worker.mode`

use mesh_model::command::WorkerCommand;

use crate::prelude::*;

impl Run for WorkerMode {
    async fn run(door: &Door, call: &Call, input: WorkerModeInput) -> Result<Done, Refusal> {
        let worker = call.participant(&input.worker)?.id;
        let mode = input.mode;
        let command = WorkerCommand::SetMode { worker, mode };
        call.done(door, Command::Worker(command)).await
    }
}

//! `worker.leave`

use mesh_model::command::WorkerCommand;

use crate::prelude::*;

impl Run for WorkerLeave {
    async fn run(door: &Door, call: &Call, input: WorkerRefInput) -> Result<Done, Refusal> {
        let worker = call.participant(&input.worker)?.id;
        let command = WorkerCommand::Leave { worker };
        call.done(door, Command::Worker(command)).await
    }
}

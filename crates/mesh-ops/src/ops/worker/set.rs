//! `worker.set`

use mesh_model::command::WorkerCommand;

use crate::prelude::*;

impl Run for WorkerSet {
    async fn run(door: &Door, call: &Call, input: WorkerSetInput) -> Result<Done, Refusal> {
        let command = WorkerCommand::SetLimits {
            worker: call.participant(&input.worker)?.id,
            slots: input.slots,
            capabilities: input.capabilities,
        };
        call.done(door, Command::Worker(command)).await
    }
}

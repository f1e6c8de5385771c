//! `task.resolve`

use crate::prelude::*;

use mesh_model::command::TaskCommand;

impl Run for TaskResolve {
    async fn run(door: &Door, call: &Call, input: TaskResolveInput) -> Result<Done, Refusal> {
        let reason = check::reason(input.reason)?;
        let command = TaskCommand::Resolve {
            task: input.task,
            resolution: input.resolution,
            reason,
        };
        call.done(door, Command::Task(command)).await
    }
}

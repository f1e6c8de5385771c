//! `task.retry`

use crate::prelude::*;

use mesh_model::command::TaskCommand;

impl Run for TaskRetry {
    async fn run(door: &Door, call: &Call, input: TaskRefInput) -> Result<Done, Refusal> {
        let command = TaskCommand::Retry { task: input.task };
        call.done(door, Command::Task(command)).await
    }
}

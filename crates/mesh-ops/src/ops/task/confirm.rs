//! `task.confirm`

use crate::prelude::*;

use mesh_model::command::TaskCommand;

impl Run for TaskConfirm {
    async fn run(door: &Door, call: &Call, input: TaskConfirmInput) -> Result<Done, Refusal> {
        let command = TaskCommand::Confirm {
            task: input.task,
            good: input.good,
        };
        call.done(door, Command::Task(command)).await
    }
}

//! `task.cancel`

use crate::prelude::*;

use mesh_model::command::TaskCommand;

impl Run for TaskCancel {
    async fn run(door: &Door, call: &Call, input: TaskReasonInput) -> Result<Done, Refusal> {
        let reason = check::reason(input.reason)?;
        let command = TaskCommand::Cancel {
            task: input.task,
            reason,
        };
        call.done(door, Command::Task(command)).await
    }
}

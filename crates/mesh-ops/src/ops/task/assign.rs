//! `task.assign`

use crate::prelude::*;

use mesh_model::command::TaskCommand;

impl Run for TaskAssign {
    async fn run(door: &Door, call: &Call, input: TaskAssignInput) -> Result<Done, Refusal> {
        let to = match &input.to {
            Some(to) => Some(call.participant(to)?.id),
            None => None,
        };
        let command = TaskCommand::Assign {
            task: input.task,
            to,
        };
        call.done(door, Command::Task(command)).await
    }
}

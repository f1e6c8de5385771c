//! `task.pause`

use crate::prelude::*;

use mesh_model::command::TaskCommand;

impl Run for TaskPause {
    async fn run(door: &Door, call: &Call, input: TaskRefInput) -> Result<Done, Refusal> {
        let command = TaskCommand::Pause { task: input.task };
        call.done(door, Command::Task(command)).await
    }
}

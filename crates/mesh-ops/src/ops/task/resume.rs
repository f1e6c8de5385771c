//! `task.resume`

use crate::prelude::*;

use mesh_model::command::TaskCommand;

impl Run for TaskResume {
    async fn run(door: &Door, call: &Call, input: TaskRefInput) -> Result<Done, Refusal> {
        let command = TaskCommand::Resume { task: input.task };
        call.done(door, Command::Task(command)).await
    }
}

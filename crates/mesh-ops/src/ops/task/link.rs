//! `task.link`

use crate::prelude::*;

use mesh_model::command::TaskCommand;

impl Run for TaskLink {
    async fn run(door: &Door, call: &Call, input: TaskLinkInput) -> Result<Done, Refusal> {
        let command = TaskCommand::Link {
            task: input.task,
            needs: input.need,
        };
        call.done(door, Command::Task(command)).await
    }
}

//! `task.extend`

use mesh_model::command::TaskCommand;

use crate::ops::task::holds;
use crate::prelude::*;

impl Run for TaskExtend {
    async fn run(door: &Door, call: &Call, input: TaskBeatInput) -> Result<LeaseView, Refusal> {
        let TaskBeatInput { task, fence, spent } = input;
        let command = Command::Task(TaskCommand::Extend { task, fence, spent });
        let outcome = call.submit(door, command).await?;
        holds::lease(door, call, task, fence, &outcome)
    }
}

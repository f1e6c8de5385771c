//! `task.start`

use mesh_model::command::TaskCommand;

use crate::ops::task::holds;
use crate::prelude::*;

impl Run for TaskStart {
    async fn run(door: &Door, call: &Call, input: TaskBeatInput) -> Result<LeaseView, Refusal> {
        let TaskBeatInput { task, fence, .. } = input;
        let command = Command::Task(TaskCommand::Start { task, fence });
        let outcome = call.submit(door, command).await?;
        holds::lease(door, call, task, fence, &outcome)
    }
}

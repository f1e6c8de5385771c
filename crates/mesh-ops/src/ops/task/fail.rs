//! `task.fail`

use mesh_model::command::TaskCommand;

use crate::ops::task::holds;
use crate::prelude::*;

impl Run for TaskFail {
    async fn run(door: &Door, call: &Call, input: TaskFailInput) -> Result<TaskTakenIn, Refusal> {
        let TaskFailInput {
            task,
            fence,
            reason,
            last,
            cost,
        } = input;
        let command = Command::Task(TaskCommand::Fail {
            task,
            fence,
            last,
            cost,
            reason: check::reason(reason)?,
        });
        let outcome = call.submit(door, command).await?;
        holds::taken_in(door, task, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<TaskTakenIn> {
        holds::told(outcome, &facts)
    }
}

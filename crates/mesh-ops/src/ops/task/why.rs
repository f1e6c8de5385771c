//! `task.why`

use crate::ops::task;
use crate::prelude::*;

use mesh_core::why;

impl Run for TaskWhyGet {
    async fn run(door: &Door, call: &Call, input: TaskRefInput) -> Result<TaskWhy, Refusal> {
        let row = task::readable(door, call, input.task).await?;
        let (access, work) = (door.node().access(), door.node().work());
        why(&access, &work, row.task.id, door.node().now()).ok_or_else(|| {
            Refusal::new(
                ErrorCode::Conflict,
                format!(
                    "the task is {} for so long that the dispatcher has forgotten it",
                    row.task.state.name()
                ),
                Effect::NothingDone,
                "task.get tells how it ended",
            )
        })
    }
}

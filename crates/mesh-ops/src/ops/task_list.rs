//! `task.list`

use crate::prelude::*;

impl Run for TaskList {
    async fn run(_: &Door, _: &Call, _: TaskListInput) -> Result<Page<TaskView>, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

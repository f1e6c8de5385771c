//! `task.get`

use crate::prelude::*;

impl Run for TaskGet {
    async fn run(_: &Door, _: &Call, _: TaskRefInput) -> Result<TaskDetail, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

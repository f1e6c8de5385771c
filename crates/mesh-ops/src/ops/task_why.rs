//! `task.why`

use crate::prelude::*;

impl Run for TaskWhyGet {
    async fn run(_: &Door, _: &Call, _: TaskRefInput) -> Result<TaskWhy, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

//! `task.assign`

use crate::prelude::*;

impl Run for TaskAssign {
    async fn run(_: &Door, _: &Call, _: TaskAssignInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

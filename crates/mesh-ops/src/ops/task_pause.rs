//! `task.pause`

use crate::prelude::*;

impl Run for TaskPause {
    async fn run(_: &Door, _: &Call, _: TaskRefInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

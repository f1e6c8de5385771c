//! `task.progress`

use crate::prelude::*;

impl Run for TaskProgress {
    async fn run(_: &Door, _: &Call, _: TaskPieceInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

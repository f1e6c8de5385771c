//! `task.output`

use crate::prelude::*;

impl Run for TaskOutputs {
    async fn run(_: &Door, _: &Call, _: TaskOutputInput) -> Result<Page<TaskPiece>, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

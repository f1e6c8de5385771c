//! `task.cancel`

use crate::prelude::*;

impl Run for TaskCancel {
    async fn run(_: &Door, _: &Call, _: TaskReasonInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

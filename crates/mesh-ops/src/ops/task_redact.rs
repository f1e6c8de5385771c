//! `task.redact`

use crate::prelude::*;

impl Run for TaskRedact {
    async fn run(_: &Door, _: &Call, _: TaskReasonInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

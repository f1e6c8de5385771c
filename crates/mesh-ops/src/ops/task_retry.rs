//! `task.retry`

use crate::prelude::*;

impl Run for TaskRetry {
    async fn run(_: &Door, _: &Call, _: TaskRefInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

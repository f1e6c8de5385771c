//! `worker.leave`

use crate::prelude::*;

impl Run for WorkerLeave {
    async fn run(_: &Door, _: &Call, _: WorkerRefInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

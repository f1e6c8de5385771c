//! `worker.enrol`

use crate::prelude::*;

impl Run for WorkerEnrol {
    async fn run(_: &Door, _: &Call, _: WorkerEnrolInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

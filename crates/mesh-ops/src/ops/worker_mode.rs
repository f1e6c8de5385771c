//! `worker.mode`

use crate::prelude::*;

impl Run for WorkerMode {
    async fn run(_: &Door, _: &Call, _: WorkerModeInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

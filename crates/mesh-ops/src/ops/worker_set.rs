//! `worker.set`

use crate::prelude::*;

impl Run for WorkerSet {
    async fn run(_: &Door, _: &Call, _: WorkerSetInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

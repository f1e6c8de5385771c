//! `worker.list`

use crate::prelude::*;

impl Run for WorkerList {
    async fn run(_: &Door, _: &Call, _: NoInput) -> Result<Workers, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

//! `task.resolve`

use crate::prelude::*;

impl Run for TaskResolve {
    async fn run(_: &Door, _: &Call, _: TaskResolveInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

//! `memory.apply`

use crate::prelude::*;

impl Run for MemoryApply {
    async fn run(_: &Door, _: &Call, _: MemoryApplyInput) -> Result<MemoryApplied, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<MemoryApplied> {
        None
    }
}

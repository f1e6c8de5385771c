//! `memory.set`

use crate::prelude::*;

impl Run for MemorySet {
    async fn run(_: &Door, _: &Call, _: MemorySetInput) -> Result<MemoryStored, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<MemoryStored> {
        None
    }
}

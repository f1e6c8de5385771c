//! `memory.consolidate`

use crate::prelude::*;

impl Run for MemoryConsolidate {
    async fn run(_: &Door, _: &Call, _: MemoryConsolidateInput) -> Result<TasksCreated, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<TasksCreated> {
        None
    }
}

//! `memory.list`

use crate::prelude::*;

impl Run for MemoryList {
    async fn run(_: &Door, _: &Call, _: MemoryListInput) -> Result<Page<MemoryView>, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

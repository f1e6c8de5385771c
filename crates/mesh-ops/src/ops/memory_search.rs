//! `memory.search`

use crate::prelude::*;

impl Run for MemorySearch {
    async fn run(_: &Door, _: &Call, _: MemorySearchInput) -> Result<List<MemoryView>, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

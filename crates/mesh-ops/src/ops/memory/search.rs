//! `memory.search`

use crate::ops::memory;
use crate::prelude::*;

use mesh_model::limits::{MEMORIES_FOUND_DEFAULT, MEMORIES_FOUND_MAX};

impl Run for MemorySearch {
    async fn run(
        door: &Door,
        call: &Call,
        input: MemorySearchInput,
    ) -> Result<List<MemoryView>, Refusal> {
        let owner = memory::mind(call, input.participant.as_deref())?;
        let limit = input
            .limit
            .map_or(MEMORIES_FOUND_DEFAULT, |limit| limit as usize);
        if !(1..=MEMORIES_FOUND_MAX).contains(&limit) {
            return Err(refuse::invalid(
                format!("the field 'limit' is not between 1 and {MEMORIES_FOUND_MAX}"),
                "ask for that many, with more words in 'q' if the right one is not among them",
            ));
        }
        let found = memory::find(door, owner, input.q, limit).await?;
        Ok(List {
            items: memory::shown(door, call, found).await?,
        })
    }
}

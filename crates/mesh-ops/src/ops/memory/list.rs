//! `memory.list`

use crate::ops::memory;
use crate::prelude::*;

impl Run for MemoryList {
    async fn run(
        door: &Door,
        call: &Call,
        input: MemoryListInput,
    ) -> Result<Page<MemoryView>, Refusal> {
        let owner = memory::mind(call, input.participant.as_deref())?;
        let limit = check::limit(input.limit)?;
        door.check_cursor(input.after)?;
        let after = input.after.unwrap_or_default();
        // One more than asked for tells whether there are more.
        let mut rows = door
            .view(call, move |view| {
                view.memories_after(owner, after, limit + 1)
            })
            .await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.seq);
        let opened = memory::opened(door, rows).await?;
        let opened = opened.into_iter().map(|opened| (opened, 0)).collect();
        let mut items = memory::shown(door, call, opened).await?;
        items.iter_mut().for_each(|item| item.score = None);
        Ok(Page {
            items,
            next,
            prev: None,
        })
    }
}

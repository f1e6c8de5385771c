//! `task.output`

use crate::ops::{present, task};
use crate::prelude::*;

use mesh_node::machine::Whose;

/// Pieces on a page unless the caller says otherwise.
const PIECES_DEFAULT: u32 = 100;

impl Run for TaskOutputs {
    async fn run(
        door: &Door,
        call: &Call,
        input: TaskOutputInput,
    ) -> Result<Page<TaskPiece>, Refusal> {
        let limit = check::limit(Some(input.limit.unwrap_or(PIECES_DEFAULT)))?;
        door.check_cursor(input.after)?;
        let row = task::readable(door, call, input.task).await?;
        let (id, after) = (input.task, input.after.unwrap_or_default());
        // One more tells whether there is a next page.
        let mut pieces = door
            .view(call, move |view| view.pieces(id, after, limit + 1))
            .await?;
        let more = pieces.len() > limit;
        pieces.truncate(limit);
        let next = pieces.last().map(|found| found.piece.seq).filter(|_| more);
        let reader = present::reader(door, call);
        let items = pieces.into_iter().map(|found| {
            let mut piece = found.piece;
            if let (Some(author), Some(output)) = (found.worker, found.output) {
                let whose = Whose::of(&call.access, author, piece.seq).within(row.task.room);
                let whose = whose.doubted(found.guard.as_ref());
                let (output, enveloped) = task::said(&call.access, reader, &whose, output);
                (piece.output, piece.enveloped) = (Some(output), enveloped);
            }
            let worker = found.worker;
            piece.worker = worker.map(|worker| present::participant(&call.access, worker));
            piece
        });
        Ok(Page {
            items: items.collect(),
            next,
            prev: None,
        })
    }
}

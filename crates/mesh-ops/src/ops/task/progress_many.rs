//! `task.progress_many`: pieces of the output of many tasks, by one sync

use crate::ops::task::{many, progress};
use crate::prelude::*;

impl Run for TaskProgressMany {
    async fn run(
        door: &Door,
        call: &Call,
        input: TaskProgressManyInput,
    ) -> Result<PiecesStored, Refusal> {
        many::check_count(input.pieces.len(), "pieces")?;
        let mut sent_on = Vec::with_capacity(input.pieces.len());
        let mut parts = Vec::new();
        for piece in input.pieces {
            sent_on.push(if piece.live {
                Some(progress::send_on(door, call, &piece).await)
            } else {
                parts.push(progress::put_out(door, call, piece).await);
                None
            });
        }
        let (stored, _) = many::submit(door, call, &parts, None).await?;
        let mut stored = stored.into_iter();
        let mut pieces = Vec::with_capacity(sent_on.len());
        for answer in sent_on {
            let answer = answer.or_else(|| {
                let outcome = stored.next()?;
                Some(outcome.map(|outcome| Done {
                    seq: outcome.last(),
                }))
            });
            let missing = || Err(refuse::internal("a piece was not answered"));
            pieces.push(many::answer(door, call, answer.unwrap_or_else(missing)).await);
        }
        let seq = call.notes().seq.unwrap_or(call.head);
        Ok(PiecesStored { pieces, seq })
    }
}

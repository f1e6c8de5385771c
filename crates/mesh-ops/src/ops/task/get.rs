//! `task.get`

use crate::ops::{present, task};
use crate::prelude::*;

use mesh_model::limits::ATTEMPTS_TOLD_MAX;
use mesh_node::machine::{Reader, Whose};
use mesh_store::view::AttemptRow;

impl Run for TaskGet {
    async fn run(door: &Door, call: &Call, input: TaskRefInput) -> Result<TaskDetail, Refusal> {
        let id = input.task;
        let row = task::readable(door, call, id).await?;
        let (needed_by, attempts) = door
            .view(call, move |view| {
                Ok((view.needed_by(id)?, view.attempts(id, ATTEMPTS_TOLD_MAX)?))
            })
            .await?;
        let reader = present::reader(door, call);
        let mut detail = task::detail(&call.access, reader, &row);
        detail.needed_by = needed_by;
        let attempts = attempts.into_iter();
        detail.attempts = attempts
            .map(|attempt| record(&call.access, reader, row.task.room, attempt))
            .collect();
        Ok(detail)
    }
}

fn record(access: &Access, reader: Reader<'_>, room: RoomId, row: AttemptRow) -> AttemptRecord {
    // The boundary of an attempt is that of its beginning, where nothing else is said.
    let whose = Whose::of(access, row.worker, row.record.fence).within(room);
    AttemptRecord {
        worker: Some(present::participant(access, row.worker)),
        reason: row.reason.map(|text| reader.tell(access, &whose, text)),
        cost: present::cost(reader, &whose, row.record.cost),
        ..row.record
    }
}

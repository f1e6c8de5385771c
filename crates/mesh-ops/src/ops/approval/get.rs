//! `approval.get`

use crate::ops::approval;
use crate::prelude::*;

use std::time::Duration;

use mesh_model::ApprovalId;

use mesh_model::limits::WAIT_MS_MAX;

impl Run for ApprovalGet {
    async fn run(
        door: &Door,
        call: &Call,
        input: ApprovalRefInput,
    ) -> Result<ApprovalOutcome, Refusal> {
        let wait = input.wait_ms.unwrap_or_default();
        if wait > WAIT_MS_MAX {
            return Err(refuse::invalid(
                format!("the field 'wait_ms' is more than {WAIT_MS_MAX}"),
                "wait that long and ask again",
            ));
        }
        let row = approval::readable(door, call, input.approval).await?;
        if row.answered.is_some() || wait == 0 {
            return Ok(approval::outcome(door, call, &row));
        }
        let wait = Duration::from_millis(u64::from(wait));
        // If nobody answers in that time, that is the answer.
        let _ = tokio::time::timeout(wait, answered(door, input.approval)).await;
        door.wait_view(door.node().head(), None).await?;
        let row = approval::readable(door, call, input.approval).await?;
        Ok(approval::outcome(door, call, &row))
    }
}

/// Returns when nobody waits for the answer any more, or the node stops.
async fn answered(door: &Door, id: ApprovalId) {
    let mut changed = door.node().work_changed();
    let mut stopping = door.node().stopping();
    while door.node().work().approval(id).is_some() && !*stopping.borrow() {
        tokio::select! {
            _ = stopping.changed() => return,
            more = changed.changed() => if more.is_err() { return },
        }
    }
}

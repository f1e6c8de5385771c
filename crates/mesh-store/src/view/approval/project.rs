//! Approvals: asked for, answered, given up.

use mesh_model::api::Reason;
use mesh_model::events::{ApprovalDecided, ApprovalExpired, ApprovalFacts, ApprovalRequested};

use super::read::{APPROVED, EXPIRED, REJECTED};
use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::{Batch, content};

pub(in crate::view) fn project(
    batch: &mut Batch<'_>,
    facts: &ApprovalFacts,
    event: &StoredEvent<'_>,
) -> Result<(), StoreError> {
    match facts {
        ApprovalFacts::Requested(facts) => {
            batch.approval_requested(event, facts)?;
            batch.task_held(event, facts)
        }
        ApprovalFacts::Decided(facts) => {
            batch.approval_decided(event, facts)?;
            batch.task_answered(event, facts.approval, facts.approved)
        }
        ApprovalFacts::Expired(facts) => {
            batch.approval_expired(event, facts)?;
            batch.task_answered(event, facts.approval, false)
        }
    }
}

impl Batch<'_> {
    fn approval_requested(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ApprovalRequested,
    ) -> Result<(), StoreError> {
        let room = self.room(facts.room)?;
        self.participant(facts.from)?;
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO approvals (id, seq, at, room, task, facts, content)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                facts.approval.0.as_bytes(),
                int(event.seq.0),
                int(event.at.0),
                room,
                facts.holds.map(|holds| *holds.task.0.as_bytes()),
                json(facts),
                event.content,
            ))?;
        Ok(())
    }

    fn approval_decided(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ApprovalDecided,
    ) -> Result<(), StoreError> {
        let by = self.actor(event)?;
        let reason: Reason = content(event);
        self.tx
            .prepare_cached(
                "UPDATE approvals SET state = ?2, answered = ?3, answered_at = ?4, answered_by = ?5, reason = ?6
                 WHERE id = ?1",
            )?
            .execute((
                facts.approval.0.as_bytes(),
                if facts.approved { APPROVED } else { REJECTED },
                int(event.seq.0),
                int(event.at.0),
                by,
                reason.reason,
            ))?;
        Ok(())
    }

    fn approval_expired(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &ApprovalExpired,
    ) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "UPDATE approvals SET state = ?2, answered = ?3, answered_at = ?4 WHERE id = ?1 AND state = 0",
            )?
            .execute((
                facts.approval.0.as_bytes(),
                EXPIRED,
                int(event.seq.0),
                int(event.at.0),
            ))?;
        Ok(())
    }
}

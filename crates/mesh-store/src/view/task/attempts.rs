//! Attempts at tasks: who took them, what they put out, how they ended, and what came of it.

use mesh_model::api::{AttemptEnd, PieceKind, Reason};
use mesh_model::events::{
    Cost, FailureCause, GuardMark, TaskAttemptFailed, TaskDecided, TaskFinished, TaskHandedOff,
    TaskTaken,
};
use mesh_model::{Seq, TaskId};

use super::read::ResultRow;
use crate::StoreError;
use crate::sql::{int, json};
use crate::view::StoredEvent;
use crate::view::project::{Batch, content};

/// How an attempt ended.
struct Over<'a> {
    fence: Seq,
    how: AttemptEnd,
    cause: Option<FailureCause>,
    confidence: Option<u8>,
    cost: &'a Cost,
    reason: Option<String>,
}

impl Batch<'_> {
    pub(super) fn task_taken(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &TaskTaken,
    ) -> Result<(), StoreError> {
        let Some(place) = self.place(facts.task)? else {
            return Ok(());
        };
        let (room, worker) = (self.room(facts.room)?, self.participant(facts.worker)?);
        self.tx
            .prepare_cached(
                "INSERT INTO task_attempts (fence, task, room, worker, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((int(event.seq.0), place, room, worker, int(event.at.0)))?;
        self.pass(facts.task, event)
    }

    /// A piece of output, with whoever holds the task.
    pub(super) fn piece(
        &mut self,
        event: &StoredEvent<'_>,
        task: TaskId,
        kind: PieceKind,
        fence: Seq,
        guard: Option<&GuardMark>,
    ) -> Result<(), StoreError> {
        let Some(place) = self.place(task)? else {
            return Ok(());
        };
        let worker = self.actor(event)?;
        self.tx
            .prepare_cached("INSERT INTO task_pieces (seq, task, kind, fence, worker, at, guard, output) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
            .execute((
                int(event.seq.0),
                place,
                kind as i64,
                int(fence.0),
                worker,
                int(event.at.0),
                guard.map(json),
                event.content,
            ))?;
        Ok(())
    }

    fn over(&mut self, event: &StoredEvent<'_>, over: &Over<'_>) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "UPDATE task_attempts SET ended = ?2, ended_at = ?3, how = ?4, cause = ?5, confidence = ?6,
                     tokens = ?7, micros = ?8, model = ?9, reason = ?10
                 WHERE fence = ?1 AND ended IS NULL",
            )?
            .execute((
                int(over.fence.0),
                int(event.seq.0),
                int(event.at.0),
                over.how as i64,
                over.cause.map(|cause| cause as i64),
                over.confidence,
                int(over.cost.spend.tokens),
                int(over.cost.spend.micros),
                &over.cost.model,
                &over.reason,
            ))?;
        Ok(())
    }

    /// An attempt that somebody ended from outside: what was reserved counts as spent.
    pub(super) fn release(
        &mut self,
        event: &StoredEvent<'_>,
        id: TaskId,
    ) -> Result<(), StoreError> {
        let Some(attempt) = self.kept(id)?.and_then(|kept| kept.task.attempt.clone()) else {
            return Ok(());
        };
        let cost = Cost {
            spend: attempt.reserved,
            model: None,
        };
        self.over(
            event,
            &Over {
                fence: attempt.fence,
                how: AttemptEnd::Lost,
                cause: None,
                confidence: None,
                cost: &cost,
                reason: None,
            },
        )
    }

    pub(super) fn handed_off(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &TaskHandedOff,
    ) -> Result<(), StoreError> {
        self.piece(
            event,
            facts.task,
            PieceKind::Handoff,
            facts.fence,
            facts.guard.as_ref(),
        )?;
        let over = Over {
            fence: facts.fence,
            how: AttemptEnd::HandedOff,
            cause: None,
            confidence: None,
            cost: &facts.cost,
            reason: None,
        };
        self.over(event, &over)?;
        self.pass(facts.task, event)
    }

    pub(super) fn attempt_failed(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &TaskAttemptFailed,
    ) -> Result<(), StoreError> {
        let lost = facts.cause == FailureCause::LeaseExpired;
        let reason = content::<Reason>(event).reason;
        let over = Over {
            fence: facts.fence,
            how: if lost {
                AttemptEnd::Lost
            } else {
                AttemptEnd::Failed
            },
            cause: Some(facts.cause),
            confidence: None,
            cost: &facts.cost,
            reason: Some(reason).filter(|reason| !reason.is_empty()),
        };
        self.over(event, &over)?;
        self.pass(facts.task, event)
    }

    pub(super) fn task_finished(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &TaskFinished,
    ) -> Result<(), StoreError> {
        self.piece(
            event,
            facts.task,
            PieceKind::Result,
            facts.fence,
            facts.guard.as_ref(),
        )?;
        if let Some(signed) = &facts.provenance {
            self.tx
                .prepare_cached("UPDATE task_pieces SET link = ?2 WHERE seq = ?1")?
                .execute((int(event.seq.0), signed.link.0))?;
        }
        let over = Over {
            fence: facts.fence,
            how: AttemptEnd::Finished,
            cause: None,
            confidence: facts.confidence,
            cost: &facts.cost,
            reason: None,
        };
        self.over(event, &over)?;
        let result = ResultRow {
            seq: event.seq,
            at_ms: event.at,
            facts: facts.clone(),
            of: None,
            verified: None,
            output: None,
        };
        self.tx
            .prepare_cached("UPDATE tasks SET result = ?2 WHERE id = ?1")?
            .execute((facts.task.0.as_bytes(), json(&result)))?;
        self.pass(facts.task, event)
    }

    pub(super) fn task_decided(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &TaskDecided,
    ) -> Result<(), StoreError> {
        if let Some(judged) = facts.judged {
            self.change_task(judged.task, event, |task| task.verified(judged.good))?;
        }
        let chosen = facts.chosen.filter(|id| *id != facts.task);
        let other = match chosen {
            Some(id) => self.kept(id)?.map(|kept| kept.task.clone()),
            None => None,
        };
        if let Some(other) = other.filter(|other| other.result.is_some()) {
            self.change_task(facts.task, event, |task| task.chose(&other))?;
            self.tx
                .prepare_cached("UPDATE tasks SET result = (SELECT o.result FROM tasks o WHERE o.id = ?2) WHERE id = ?1")?
                .execute((facts.task.0.as_bytes(), other.id.0.as_bytes()))?;
        }
        self.pass(facts.task, event)
    }
}

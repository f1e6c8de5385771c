//! Attempts at tasks: who took them, what they put out, how they ended, and what came of it.

use mesh_model::api::{AttemptEnd, PieceKind, Reason};
use mesh_model::events::{
    AfterFailure, AfterResult, Cost, Decision, FailureCause, GuardMark, TaskAttemptFailed,
    TaskDecided, TaskFinished, TaskHandedOff, TaskLeaseExtended, TaskState, TaskTaken,
};
use mesh_model::{Millis, Seq, TaskId};
use rusqlite::OptionalExtension;

use super::read::{HeldRow, ResultRow};
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
        self.update(facts.task, |task| {
            task.state = TaskState::Leased;
            task.tries = task.tries.saturating_add(1);
            task.worker = Some(facts.worker);
            task.attempt = Some(HeldRow {
                fence: event.seq,
                worker: facts.worker,
                since: event.at,
                until: Millis(facts.until),
                reserved: facts.reserved,
            });
        })
    }

    pub(super) fn lease_extended(&mut self, facts: &TaskLeaseExtended) -> Result<(), StoreError> {
        self.update(facts.task, |task| {
            if let Some(attempt) = &mut task.attempt {
                attempt.until = attempt.until.max(Millis(facts.until));
                attempt.reserved = facts.reserved.unwrap_or(attempt.reserved);
            }
        })
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
        let Some(attempt) = self.kept(id)?.and_then(|kept| kept.standing.attempt.take()) else {
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
        )?;
        self.update(id, |task| task.hold = None)
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
        self.update(facts.task, |task| {
            task.priority = facts.priority;
            task.queue();
        })
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
        let at = event.at;
        self.update(facts.task, |task| {
            task.attempt = None;
            task.hold = None;
            match facts.next {
                AfterFailure::Retry { .. } => task.state = TaskState::Retrying,
                AfterFailure::Escalate { to } => {
                    task.assigned = Some(to);
                    task.queue();
                }
                AfterFailure::Person => task.block(),
                AfterFailure::Fail => task.end(TaskState::Failed, at),
            }
        })
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
            of: None,
            seq: event.seq,
            fence: facts.fence,
            worker: facts.worker,
            at_ms: event.at,
            confidence: facts.confidence,
            verdict: facts.verdict,
            cost: facts.cost.clone(),
            check: facts.check,
            // The hub's own check is a word of somebody else.
            verified: facts.check,
            provenance: facts.provenance.clone(),
            labels: facts.labels.clone(),
            guard: facts.guard.clone(),
            output: None,
        };
        self.put_result(facts.task, Some(&result))?;
        let at = event.at;
        self.update(facts.task, |task| {
            task.attempt = None;
            task.hold = None;
            task.labels.extend(&facts.labels);
            task.labels.sort_unstable();
            task.labels.dedup();
            match facts.next {
                AfterResult::Done => {
                    task.state = TaskState::Done;
                    task.ended_at = Some(at);
                }
                AfterResult::Verify { .. } => task.state = TaskState::Verifying,
                AfterResult::Person => task.block(),
            }
        })
    }

    pub(super) fn task_decided(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &TaskDecided,
    ) -> Result<(), StoreError> {
        if let Some(judged) = facts.judged {
            self.verified(judged.task, judged.good)?;
        }
        if let Some(chosen) = facts.chosen.filter(|id| *id != facts.task)
            && let Some(mut result) = self.result(chosen)?
        {
            result.of = Some(chosen);
            self.put_result(facts.task, Some(&result))?;
        }
        let at = event.at;
        self.update(facts.task, |task| match facts.decision {
            Decision::Accepted => task.end(TaskState::Done, at),
            Decision::Rejected => task.end(TaskState::Failed, at),
            Decision::Person => task.block(),
        })
    }

    pub(super) fn result(&mut self, id: TaskId) -> Result<Option<ResultRow>, StoreError> {
        let mut select = self
            .tx
            .prepare_cached("SELECT result FROM tasks WHERE id = ?1")?;
        let stored: Option<Option<String>> = select
            .query_row([id.0.as_bytes()], |row| row.get(0))
            .optional()?;
        Ok(stored
            .flatten()
            .and_then(|json| serde_json::from_str(&json).ok()))
    }

    pub(super) fn put_result(
        &mut self,
        id: TaskId,
        result: Option<&ResultRow>,
    ) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("UPDATE tasks SET result = ?2 WHERE id = ?1")?
            .execute((id.0.as_bytes(), result.map(json)))?;
        Ok(())
    }

    /// Somebody else found a result good or bad; the first word counts.
    pub(super) fn verified(&mut self, id: TaskId, good: bool) -> Result<(), StoreError> {
        match self.result(id)? {
            Some(mut result) if result.verified.is_none() => {
                result.verified = Some(good);
                self.put_result(id, Some(&result))
            }
            _ => Ok(()),
        }
    }
}

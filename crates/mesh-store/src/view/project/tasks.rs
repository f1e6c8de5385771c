//! Tasks into their tables. The transitions are those of the core: see its `work/apply.rs`. What the core knows of a
//! task that it still remembers is what stands here.

use mesh_model::api::{AttemptEnd, PieceKind, Reason, TaskBody};
use mesh_model::events::{
    AfterFailure, AfterResult, ApprovalRequested, Cost, Decision, FailureCause, GuardMark,
    Resolution, TaskAttemptFailed, TaskCreated, TaskDecided, TaskFinished, TaskHandedOff,
    TaskLeaseExtended, TaskLinked, TaskRedacted, TaskState, TaskTaken, Urgency,
};
use mesh_model::{ApprovalId, Facts, Millis, ParticipantId, RoomId, Seq, TaskId};
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::{Batch, StoredEvent, content};
use crate::StoreError;
use crate::sql::int;
use crate::view::tasks::{ABOUT, Created, HeldRow, NEEDS, ResultRow};

/// Tasks kept in memory: beyond it they are forgotten and read again.
pub(super) const KEPT_MAX: usize = 20_000;

/// Why a task is blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::view) enum Hold {
    Approval(ApprovalId),
    Person,
}

/// What changes about a task as work goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::view) struct Standing {
    pub state: TaskState,
    pub urgency: Urgency,
    pub priority: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<ParticipantId>,
    pub tries: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<ParticipantId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<HeldRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<ApprovalId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// Whether it needs other tasks.
    waits: bool,
    /// Whether it has no worker.
    joins: bool,
    /// Whom the plan names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wanted: Option<ParticipantId>,
}

/// A task as the projector keeps it in memory.
#[derive(Debug)]
pub(super) struct Kept {
    /// Its row.
    place: i64,
    standing: Standing,
    /// Not yet in its table.
    changed: bool,
}

/// How an attempt ended.
struct Over<'a> {
    fence: Seq,
    how: AttemptEnd,
    cause: Option<FailureCause>,
    confidence: Option<u8>,
    cost: &'a Cost,
    reason: Option<String>,
}

impl Standing {
    fn new(facts: &TaskCreated) -> Standing {
        Standing {
            state: TaskState::Waiting,
            urgency: Urgency::Low,
            priority: facts.plan.priority,
            assigned: facts.plan.assigned,
            tries: 0,
            worker: None,
            attempt: None,
            hold: None,
            gate: facts.gate,
            ended_at: None,
            labels: facts.labels.clone(),
            waits: !facts.plan.needs.is_empty(),
            joins: facts.plan.join.is_some(),
            wanted: facts.plan.assigned,
        }
    }

    fn resting(&self) -> TaskState {
        match (self.gate, self.waits) {
            (Some(_), _) => TaskState::Blocked,
            (None, true) => TaskState::Waiting,
            (None, false) => TaskState::Queued,
        }
    }

    fn queue(&mut self) {
        self.state = TaskState::Queued;
        self.attempt = None;
        self.hold = None;
    }

    fn rest(&mut self) {
        match self.resting() {
            TaskState::Queued => self.queue(),
            state => {
                self.state = state;
                self.hold = self.gate.map(Hold::Approval);
            }
        }
    }

    fn begin_again(&mut self) {
        self.ended_at = None;
        self.assigned = self.wanted;
        self.rest();
    }

    fn end(&mut self, state: TaskState, at: Millis) {
        self.state = state;
        self.ended_at = Some(at);
        self.attempt = None;
        self.hold = None;
        self.gate = None;
    }

    fn block(&mut self) {
        self.hold = Some(Hold::Person);
        self.state = TaskState::Blocked;
    }

    fn run(&mut self) {
        if self.state == TaskState::Leased {
            self.state = TaskState::Running;
        }
    }

    /// The question `approval` is off the table.
    fn answered(&mut self, approval: ApprovalId, approved: bool) {
        if self.hold == Some(Hold::Approval(approval)) {
            self.hold = None;
        }
        let gated = self.gate == Some(approval);
        if gated && approved {
            self.gate = None;
        }
        if self.state != TaskState::Blocked || self.hold.is_some() {
            return;
        }
        match (&self.attempt, gated && !approved) {
            (Some(_), _) => self.state = TaskState::Running,
            // Its end is the next event.
            (None, true) => {}
            (None, false) => self.rest(),
        }
    }
}

impl Batch<'_> {
    /// Takes in what the event says of a task, if it says something.
    pub(super) fn task_event(&mut self, event: &StoredEvent<'_>) -> Result<(), StoreError> {
        let at = event.at;
        match event.facts {
            Facts::TaskCreated(facts) => self.task_created(event, facts),
            Facts::TaskLinked(facts) => self.task_linked(facts),
            Facts::TaskQueued(facts) => self.update(facts.task, |task| {
                task.assigned = facts.assigned.or(task.assigned);
                task.queue();
            }),
            Facts::TaskTaken(facts) => self.task_taken(event, facts),
            Facts::TaskLeaseExtended(facts) => self.lease_extended(facts),
            Facts::TaskStarted(facts) => self.update(facts.task, Standing::run),
            Facts::TaskProgressed(facts) => {
                self.piece(
                    event,
                    facts.task,
                    PieceKind::Progress,
                    facts.fence,
                    facts.guard.as_ref(),
                )?;
                self.update(facts.task, Standing::run)
            }
            Facts::TaskHandedOff(facts) => self.handed_off(event, facts),
            Facts::TaskAttemptFailed(facts) => self.attempt_failed(event, facts),
            Facts::TaskFinished(facts) => self.task_finished(event, facts),
            Facts::TaskDecided(facts) => self.task_decided(event, facts),
            Facts::TaskConfirmed(facts) => self.verified(facts.task, facts.good),
            Facts::TaskSkipped(facts) => {
                self.update(facts.task, |task| task.end(TaskState::Skipped, at))
            }
            Facts::TaskCancelled(facts) => {
                self.release(event, facts.task)?;
                self.words(event, facts.task)?;
                self.update(facts.task, |task| task.end(TaskState::Cancelled, at))
            }
            Facts::TaskPaused(facts) => {
                self.release(event, facts.task)?;
                self.update(facts.task, |task| task.state = TaskState::Paused)
            }
            Facts::TaskResumed(facts) => self.update(facts.task, Standing::rest),
            Facts::TaskRetried(facts) => self.begin_again(facts.task),
            Facts::TaskAssigned(facts) => {
                self.replan(facts.task, |created| created.plan.assigned = facts.to)?;
                self.update(facts.task, |task| {
                    task.assigned = facts.to;
                    task.wanted = facts.to;
                })
            }
            Facts::TaskResolved(facts) => {
                self.words(event, facts.task)?;
                self.resolved(facts.task, facts.resolution, at)
            }
            Facts::TaskUrgencyRaised(facts) => {
                self.update(facts.task, |task| task.urgency = facts.urgency)
            }
            Facts::TaskRedacted(facts) => self.task_redacted(facts),
            Facts::ApprovalRequested(facts) => self.task_held(facts),
            Facts::ApprovalDecided(facts) => self.task_answered(facts.approval, facts.approved),
            Facts::ApprovalExpired(facts) => self.task_answered(facts.approval, false),
            _ => Ok(()),
        }
    }

    /// Changes where a task stands; the row is written at the batch's end. A task that is not there has nothing to
    /// change.
    fn update(&mut self, id: TaskId, change: impl FnOnce(&mut Standing)) -> Result<(), StoreError> {
        if let Some(kept) = self.kept(id)? {
            change(&mut kept.standing);
            kept.changed = true;
        }
        Ok(())
    }

    fn kept(&mut self, id: TaskId) -> Result<Option<&mut Kept>, StoreError> {
        if !self.known.tasks.contains_key(&id) {
            let mut select = self
                .tx
                .prepare_cached("SELECT seq, standing FROM tasks WHERE id = ?1")?;
            let found: Option<(i64, String)> = select
                .query_row([id.0.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((place, json)) = found else {
                return Ok(None);
            };
            let Ok(standing) = serde_json::from_str(&json) else {
                return Ok(None);
            };
            let kept = Kept {
                place,
                standing,
                changed: false,
            };
            self.known.tasks.insert(id, kept);
        }
        Ok(self.known.tasks.get_mut(&id))
    }

    fn place(&mut self, id: TaskId) -> Result<Option<i64>, StoreError> {
        Ok(self.kept(id)?.map(|kept| kept.place))
    }

    pub(super) fn write_tasks(&mut self) -> Result<(), StoreError> {
        let mut tasks = std::mem::take(&mut self.known.tasks);
        let mut update = self.tx.prepare_cached(
            "UPDATE tasks SET state = ?2, worker = ?3, ended_at = ?4, standing = ?5 WHERE seq = ?1",
        )?;
        for kept in tasks.values_mut().filter(|kept| kept.changed) {
            let standing = &kept.standing;
            let worker = match standing.worker {
                Some(worker) => Some(self.participant(worker)?),
                None => None,
            };
            update.execute((
                kept.place,
                standing.state as i64,
                worker,
                standing.ended_at.map(|at| int(at.0)),
                json(standing),
            ))?;
            kept.changed = false;
        }
        if tasks.len() > KEPT_MAX {
            tasks.clear();
        }
        self.known.tasks = tasks;
        Ok(())
    }

    fn task_created(
        &mut self,
        event: &StoredEvent<'_>,
        facts: &TaskCreated,
    ) -> Result<(), StoreError> {
        let place = int(event.seq.0);
        let room = self.room(facts.room)?;
        let creator = match event.by.actor.participant() {
            Some(creator) => Some(self.participant(creator)?),
            None => None,
        };
        let mut standing = Standing::new(facts);
        standing.rest();
        let title = event
            .content
            .and_then(|json| serde_json::from_str::<TaskBody>(json).ok())
            .map(|body| body.title);
        let created = Created {
            plan: facts.plan.clone(),
            trust: facts.trust,
            template: facts.template,
            quotes: facts.quotes.clone(),
            guard: facts.guard.clone(),
        };
        self.tx
            .prepare_cached(
                "INSERT INTO tasks (seq, id, room, at, creator, state, capability, facts, standing, title, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(rusqlite::params![
                place,
                facts.task.0.as_bytes(),
                room,
                int(event.at.0),
                creator,
                standing.state as i64,
                facts.plan.capability,
                json(&created),
                json(&standing),
                title,
                event.content,
            ])?;
        for need in &facts.plan.needs {
            self.link(facts.task, *need, NEEDS)?;
        }
        if let Some(about) = facts.plan.about {
            self.link(facts.task, about, ABOUT)?;
        }
        let kept = Kept {
            place,
            standing,
            changed: false,
        };
        self.known.tasks.insert(facts.task, kept);
        Ok(())
    }

    fn link(&mut self, task: TaskId, other: TaskId, kind: i64) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO task_links VALUES (?1, ?2, ?3)")?
            .execute((task.0.as_bytes(), other.0.as_bytes(), kind))?;
        Ok(())
    }

    fn task_linked(&mut self, facts: &TaskLinked) -> Result<(), StoreError> {
        self.link(facts.task, facts.needs, NEEDS)?;
        self.replan(facts.task, |created| created.plan.needs.push(facts.needs))?;
        self.update(facts.task, |task| {
            task.waits = true;
            if !matches!(task.state, TaskState::Paused | TaskState::Blocked) {
                task.state = task.resting();
            }
        })
    }

    /// Changes what a task was created with.
    fn replan(&mut self, id: TaskId, change: impl FnOnce(&mut Created)) -> Result<(), StoreError> {
        let Some(place) = self.place(id)? else {
            return Ok(());
        };
        let mut select = self
            .tx
            .prepare_cached("SELECT facts FROM tasks WHERE seq = ?1")?;
        let stored: String = select.query_row([place], |row| row.get(0))?;
        if let Ok(mut created) = serde_json::from_str::<Created>(&stored) {
            change(&mut created);
            self.tx
                .prepare_cached("UPDATE tasks SET facts = ?2 WHERE seq = ?1")?
                .execute((place, json(&created)))?;
        }
        Ok(())
    }

    fn task_taken(&mut self, event: &StoredEvent<'_>, facts: &TaskTaken) -> Result<(), StoreError> {
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

    fn lease_extended(&mut self, facts: &TaskLeaseExtended) -> Result<(), StoreError> {
        self.update(facts.task, |task| {
            if let Some(attempt) = &mut task.attempt {
                attempt.until = attempt.until.max(Millis(facts.until));
                attempt.reserved = facts.reserved.unwrap_or(attempt.reserved);
            }
        })
    }

    /// A piece of output, with whoever holds the task.
    fn piece(
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
    fn release(&mut self, event: &StoredEvent<'_>, id: TaskId) -> Result<(), StoreError> {
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

    fn handed_off(
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

    fn attempt_failed(
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

    fn task_finished(
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

    fn task_decided(
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

    fn result(&mut self, id: TaskId) -> Result<Option<ResultRow>, StoreError> {
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

    fn put_result(&mut self, id: TaskId, result: Option<&ResultRow>) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("UPDATE tasks SET result = ?2 WHERE id = ?1")?
            .execute((id.0.as_bytes(), result.map(json)))?;
        Ok(())
    }

    /// Somebody else found a result good or bad; the first word counts.
    fn verified(&mut self, id: TaskId, good: bool) -> Result<(), StoreError> {
        match self.result(id)? {
            Some(mut result) if result.verified.is_none() => {
                result.verified = Some(good);
                self.put_result(id, Some(&result))
            }
            _ => Ok(()),
        }
    }

    fn begin_again(&mut self, id: TaskId) -> Result<(), StoreError> {
        self.put_result(id, None)?;
        self.update(id, Standing::begin_again)
    }

    fn resolved(
        &mut self,
        id: TaskId,
        resolution: Resolution,
        at: Millis,
    ) -> Result<(), StoreError> {
        match resolution {
            Resolution::Accept => self.update(id, |task| task.end(TaskState::Done, at)),
            Resolution::Fail => self.update(id, |task| task.end(TaskState::Failed, at)),
            Resolution::Retry => {
                self.begin_again(id)?;
                self.update(id, |task| {
                    // What it needed has ended well already.
                    if task.gate.is_none() && !task.joins {
                        task.queue();
                    }
                })
            }
        }
    }

    /// Notes a place whose words belong to the task.
    fn words(&mut self, event: &StoredEvent<'_>, id: TaskId) -> Result<(), StoreError> {
        if let Some(place) = self.place(id)? {
            self.tx
                .prepare_cached("INSERT OR IGNORE INTO task_words VALUES (?1, ?2)")?
                .execute((place, int(event.seq.0)))?;
        }
        Ok(())
    }

    fn task_redacted(&mut self, facts: &TaskRedacted) -> Result<(), StoreError> {
        self.erased = true;
        let Some(place) = self.place(facts.task)? else {
            return Ok(());
        };
        for sql in [
            "UPDATE tasks SET title = NULL, body = NULL WHERE seq = ?1",
            "UPDATE task_pieces SET output = NULL WHERE task = ?1",
            "UPDATE task_attempts SET reason = NULL WHERE task = ?1",
        ] {
            self.tx.prepare_cached(sql)?.execute([place])?;
        }
        Ok(())
    }

    fn task_held(&mut self, facts: &ApprovalRequested) -> Result<(), StoreError> {
        let Some(holds) = facts.holds else {
            return Ok(());
        };
        self.tx
            .prepare_cached("INSERT OR REPLACE INTO task_holds VALUES (?1, ?2)")?
            .execute((facts.approval.0.as_bytes(), holds.task.0.as_bytes()))?;
        self.update(holds.task, |task| {
            task.hold = Some(Hold::Approval(facts.approval));
            if task.state != TaskState::Paused {
                task.state = TaskState::Blocked;
            }
        })
    }

    fn task_answered(&mut self, approval: ApprovalId, approved: bool) -> Result<(), StoreError> {
        let mut delete = self
            .tx
            .prepare_cached("DELETE FROM task_holds WHERE approval = ?1 RETURNING task")?;
        let task = delete
            .query_row([approval.0.as_bytes()], |row| {
                Ok(TaskId(crate::sql::uuid(row, 0)?))
            })
            .optional()?;
        match task {
            Some(task) => self.update(task, |task| task.answered(approval, approved)),
            None => Ok(()),
        }
    }
}

/// Our own plain types: writing them as JSON cannot fail.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

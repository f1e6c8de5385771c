//! What the events of work do to the state. Nothing is judged: whatever the log holds has happened.

use mesh_model::events::{
    AfterFailure, AfterResult, ApprovalDecided, ApprovalRequested, BudgetScope, CancelCause,
    Decision, Facts, Resolution, Spend, TaskAttemptFailed, TaskCreated, TaskDecided, TaskFinished,
    TaskHandedOff, TaskState, TaskTaken, Urgency,
};
use mesh_model::{MemoryId, Millis, ParticipantId, RoomId, TaskId};

use super::{Approval, Budget, Spending, Template, Work};
use crate::Stored;
use crate::dispatch::{Worker, day_of, names};
use crate::task::{Attempt, Hold, Outcome, Task};

impl Work {
    /// Takes one event in. Returns whether it was one about work.
    pub(crate) fn apply(&mut self, event: &Stored<'_>) -> bool {
        let known = self.apply_task(event) || self.apply_other(event);
        if known {
            self.changed = event.seq;
        }
        known
    }

    fn apply_task(&mut self, event: &Stored<'_>) -> bool {
        let (seq, at) = (event.seq, event.at);
        match event.facts {
            Facts::TaskCreated(facts) => self.created(facts, event),
            Facts::TaskLinked(facts) => {
                self.refer(facts.needs, facts.task);
                self.update(facts.task, |task| {
                    task.plan.needs.push(facts.needs);
                    if !matches!(task.state, TaskState::Paused | TaskState::Blocked) {
                        task.retry_ms = None;
                        task.state = task.resting();
                    }
                });
            }
            Facts::TaskQueued(facts) => self.update(facts.task, |task| {
                if facts.assigned.is_some() {
                    task.assigned = facts.assigned;
                }
                task.queue(at);
            }),
            Facts::TaskTaken(facts) => self.taken(facts, event),
            Facts::TaskLeaseExtended(facts) => self.update(facts.task, |task| {
                if let Some(attempt) = &mut task.attempt {
                    attempt.until_ms = attempt.until_ms.max(facts.until);
                    if let Some(reserved) = facts.reserved {
                        attempt.reserved = reserved;
                    }
                }
            }),
            Facts::TaskStarted(facts) => self.update(facts.task, |task| {
                if task.state == TaskState::Leased {
                    task.state = TaskState::Running;
                }
            }),
            Facts::TaskProgressed(facts) => self.update(facts.task, |task| {
                if task.state == TaskState::Leased {
                    task.state = TaskState::Running;
                }
                if let Some(attempt) = &mut task.attempt {
                    attempt.parts = attempt.parts.max(facts.part);
                }
            }),
            Facts::TaskHandedOff(facts) => self.handed_off(facts, at),
            Facts::TaskAttemptFailed(facts) => self.attempt_failed(facts, event),
            Facts::TaskFinished(facts) => self.finished(facts, event),
            Facts::TaskDecided(facts) => self.decided(facts, event),
            Facts::TaskConfirmed(facts) => self.verified(facts.task, facts.good),
            Facts::TaskSkipped(facts) => {
                self.end(facts.task, TaskState::Skipped, event);
            }
            Facts::TaskCancelled(facts) => {
                self.release(facts.task, at);
                self.end(facts.task, TaskState::Cancelled, event);
            }
            Facts::TaskPaused(facts) => {
                self.release(facts.task, at);
                self.update(facts.task, |task| {
                    task.retry_ms = None;
                    task.state = TaskState::Paused;
                });
            }
            Facts::TaskResumed(facts) => self.update(facts.task, |task| task.rest(at)),
            Facts::TaskRetried(facts) => self.begin_again(facts.task, at),
            Facts::TaskAssigned(facts) => self.update(facts.task, |task| {
                task.assigned = facts.to;
                task.plan.assigned = facts.to;
            }),
            Facts::TaskResolved(facts) => match facts.resolution {
                Resolution::Accept => self.end(facts.task, TaskState::Done, event),
                Resolution::Fail => self.end(facts.task, TaskState::Failed, event),
                Resolution::Retry => {
                    self.begin_again(facts.task, at);
                    // What it needed has ended well already.
                    self.update(facts.task, |task| {
                        if task.gate.is_none() && task.plan.join.is_none() {
                            task.queue(at);
                        }
                    });
                }
            },
            Facts::TaskUrgencyRaised(facts) => self.update(facts.task, |task| {
                task.urgency = facts.urgency;
            }),
            _ => return false,
        }
        if self.index.ended.len() > mesh_model::limits::TASKS_ENDED_MAX {
            self.forget(seq);
        }
        true
    }

    fn apply_other(&mut self, event: &Stored<'_>) -> bool {
        match event.facts {
            Facts::WorkerEnrolled(facts) => {
                let new = Worker::new(facts.worker);
                self.workers
                    .entry(facts.worker)
                    .or_insert_with(|| new.into());
                self.update_worker(facts.worker, |worker| {
                    worker.own_slots = facts.slots;
                    worker.own_capabilities = names(&facts.capabilities);
                    worker.online = true;
                });
            }
            Facts::WorkerLeft(facts) => self.update_worker(facts.worker, |worker| {
                worker.online = false;
            }),
            Facts::WorkerModeSet(facts) => self.update_worker(facts.worker, |worker| {
                worker.mode = facts.mode;
            }),
            Facts::WorkerLimitsSet(facts) => self.update_worker(facts.worker, |worker| {
                worker.set_slots = facts.slots;
                worker.set_capabilities = facts.capabilities.as_deref().map(names);
            }),
            Facts::DispatchStopped(_) => self.stopped = true,
            Facts::DispatchResumed(_) => self.stopped = false,
            Facts::BudgetSet(facts) => {
                let budget = Budget {
                    tokens: facts.tokens,
                    micros: facts.micros,
                };
                self.budgets.insert(facts.scope, budget);
                if let Some(spending) = self.spending.get_mut(&facts.scope) {
                    spending.warned = 0;
                }
            }
            Facts::BudgetWarned(facts) => {
                let spending = self.spending.entry(facts.scope).or_default();
                if spending.day == facts.day {
                    spending.warned = facts.percent;
                }
            }
            Facts::ApprovalRequested(facts) => self.approval_requested(facts),
            Facts::ApprovalDecided(facts) => self.approval_decided(facts, event.at),
            Facts::ApprovalExpired(facts) => self.answered(facts.approval, false, event.at),
            Facts::TemplateCreated(facts) => {
                let template = Template {
                    id: facts.template,
                    name: facts.name.clone(),
                    variables: facts.variables.clone(),
                    creator: event.participant(),
                };
                self.templates.insert(facts.template, template.into());
            }
            Facts::TemplateDeleted(facts) => {
                self.templates.remove(&facts.template);
            }
            Facts::ContextSet(facts) => {
                let keys = self.context.entry(facts.room).or_default();
                keys.insert(facts.key.as_str().into(), event.seq);
            }
            Facts::ContextRemoved(facts) => {
                if let Some(keys) = self.context.get_mut(&facts.room) {
                    keys.remove(facts.key.as_str());
                    if keys.is_empty() {
                        self.context.remove(&facts.room);
                    }
                }
            }
            Facts::MemoryKept(facts) => {
                for old in &facts.replaces {
                    self.unlearn(facts.owner, *old);
                }
                let known = self.memories.entry(facts.owner).or_default();
                if known.insert(facts.memory).is_none() {
                    self.remembered += 1;
                }
            }
            Facts::MemoryForgotten(facts) => self.unlearn(facts.owner, facts.memory),
            Facts::TaskRedacted(_) | Facts::ToolCalled(_) => {}
            _ => return false,
        }
        true
    }

    fn unlearn(&mut self, owner: ParticipantId, memory: MemoryId) {
        if let Some(known) = self.memories.get_mut(&owner)
            && known.remove(&memory).is_some()
        {
            self.remembered -= 1;
            if known.is_empty() {
                self.memories.remove(&owner);
            }
        }
    }

    fn created(&mut self, facts: &TaskCreated, event: &Stored<'_>) {
        let mut task = Task {
            id: facts.task,
            room: facts.room,
            plan: facts.plan.clone(),
            creator: event.participant(),
            trust: facts.trust,
            labels: facts.labels.clone(),
            created: event.seq,
            created_ms: event.at.0,
            state: TaskState::Waiting,
            urgency: Urgency::Low,
            priority: facts.plan.priority,
            assigned: facts.plan.assigned,
            failed: 0,
            level: 0,
            handoffs: 0,
            tries: 0,
            last_failed: None,
            attempt: None,
            hold: None,
            gate: facts.gate,
            verifier: None,
            retry_ms: None,
            ready_ms: 0,
            result: None,
            ended: None,
            open_needs: 0,
            doomed: false,
            referrers: Vec::new(),
        };
        task.rest(event.at);
        self.insert(task);
    }

    fn taken(&mut self, facts: &TaskTaken, event: &Stored<'_>) {
        self.update(facts.task, |task| {
            task.state = TaskState::Leased;
            task.tries = task.tries.saturating_add(1);
            task.retry_ms = None;
            task.attempt = Some(Attempt {
                fence: event.seq,
                worker: facts.worker,
                since_ms: event.at.0,
                until_ms: facts.until,
                lease_ms: facts.lease_ms,
                reserved: facts.reserved,
                parts: 0,
                score: facts.score,
                rival: facts.rival,
            });
        });
        self.update_worker(facts.worker, |worker| worker.took(facts.task));
    }

    fn handed_off(&mut self, facts: &TaskHandedOff, at: Millis) {
        self.charge(facts.worker, facts.room, facts.cost.spend, at);
        self.update_worker(facts.worker, |worker| worker.let_go(facts.task));
        self.update(facts.task, |task| {
            task.priority = facts.priority;
            task.handoffs = task.handoffs.saturating_add(1);
            task.queue(at);
        });
    }

    fn attempt_failed(&mut self, facts: &TaskAttemptFailed, event: &Stored<'_>) {
        let at = event.at;
        self.charge(facts.worker, facts.room, facts.cost.spend, at);
        self.update_worker(facts.worker, |worker| worker.failed(facts.task, at));
        if facts.cause == mesh_model::events::FailureCause::CheckFailed {
            self.judge_worker_of(facts.task, facts.worker, false);
        }
        self.update(facts.task, |task| {
            task.last_failed = Some(facts.worker);
            task.attempt = None;
            task.hold = None;
            match facts.next {
                AfterFailure::Retry { at } => {
                    task.failed = task.failed.saturating_add(1);
                    task.retry_ms = Some(at);
                    task.state = TaskState::Retrying;
                }
                AfterFailure::Escalate { to } => {
                    task.failed = 0;
                    task.level = 1;
                    task.assigned = Some(to);
                    task.queue(at);
                }
                AfterFailure::Person => {
                    task.level = 2;
                    task.hold = Some(Hold::Person);
                    task.state = TaskState::Blocked;
                }
                AfterFailure::Fail => {}
            }
        });
        if facts.next == AfterFailure::Fail {
            self.end(facts.task, TaskState::Failed, event);
        }
    }

    fn finished(&mut self, facts: &TaskFinished, event: &Stored<'_>) {
        self.charge(facts.worker, facts.room, facts.cost.spend, event.at);
        self.update_worker(facts.worker, Worker::succeeded);
        if let AfterResult::Verify { by } = facts.next {
            self.refer(by, facts.task);
        }
        self.update(facts.task, |task| {
            task.attempt = None;
            task.hold = None;
            task.labels.extend(&facts.labels);
            task.labels.sort_unstable();
            task.labels.dedup();
            task.result = Some(Box::new(Outcome {
                fence: facts.fence,
                worker: facts.worker,
                confidence: facts.confidence,
                verdict: facts.verdict,
                link: facts.provenance.as_ref().map(|signed| signed.link),
                verified: None,
                chosen: None,
            }));
            match facts.next {
                AfterResult::Done => {
                    task.state = TaskState::Done;
                    task.ended = Some(event.seq);
                }
                AfterResult::Verify { by } => {
                    task.verifier = Some(by);
                    task.state = TaskState::Verifying;
                }
                AfterResult::Person => {
                    task.hold = Some(Hold::Person);
                    task.state = TaskState::Blocked;
                }
            }
        });
        if let Some(good) = facts.check {
            self.verified(facts.task, good);
        }
    }

    fn decided(&mut self, facts: &TaskDecided, event: &Stored<'_>) {
        if let Some(judged) = facts.judged {
            self.verified(judged.task, judged.good);
        }
        let chosen = facts.chosen.filter(|id| *id != facts.task);
        let result = chosen.and_then(|id| {
            let mut result = self.tasks.get(&id)?.result.clone()?;
            result.chosen = Some(id);
            Some(result)
        });
        self.update(facts.task, |task| {
            if result.is_some() {
                task.result = result;
            }
            if facts.decision == Decision::Person {
                task.hold = Some(Hold::Person);
                task.state = TaskState::Blocked;
            }
        });
        match facts.decision {
            Decision::Accepted => self.end(facts.task, TaskState::Done, event),
            Decision::Rejected => self.end(facts.task, TaskState::Failed, event),
            Decision::Person => {}
        }
    }

    /// Somebody else found a result good or bad; the first word counts.
    fn verified(&mut self, task: TaskId, good: bool) {
        let Some(found) = self.tasks.get(&task) else {
            return;
        };
        let worker = match &found.result {
            Some(result) if result.verified.is_none() => result.worker,
            _ => return,
        };
        self.judge_worker_of(task, worker, good);
        self.update(task, |task| {
            if let Some(result) = &mut task.result {
                result.verified = Some(good);
            }
        });
    }

    fn judge_worker_of(&mut self, task: TaskId, worker: ParticipantId, good: bool) {
        if let Some(task) = self.tasks.get(&task).cloned() {
            self.judge(worker, task.lane(), good);
        }
    }

    fn begin_again(&mut self, id: TaskId, at: Millis) {
        if let Some(verifier) = self.tasks.get(&id).and_then(|task| task.verifier) {
            self.unrefer(verifier, id);
        }
        self.update(id, |task| task.begin_again(at));
    }

    fn end(&mut self, id: TaskId, state: TaskState, event: &Stored<'_>) {
        self.update(id, |task| {
            task.state = state;
            task.ended = Some(event.seq);
            task.attempt = None;
            task.hold = None;
            task.gate = None;
            task.retry_ms = None;
        });
    }

    /// An attempt that somebody ended from outside: what was reserved counts as spent.
    fn release(&mut self, id: TaskId, at: Millis) {
        let Some(task) = self.tasks.get(&id) else {
            return;
        };
        let Some(attempt) = &task.attempt else {
            return;
        };
        let (worker, room, reserved) = (attempt.worker, task.room, attempt.reserved);
        self.charge(worker, room, reserved, at);
        self.update_worker(worker, |worker| worker.let_go(id));
        self.update(id, |task| {
            task.attempt = None;
            task.hold = None;
        });
    }

    fn charge(&mut self, worker: ParticipantId, room: RoomId, spend: Spend, at: Millis) {
        if spend.is_zero() {
            return;
        }
        let day = day_of(at);
        let scopes = [
            BudgetScope::Mesh,
            BudgetScope::Agent(worker),
            BudgetScope::Room(room),
        ];
        for scope in scopes {
            let spending = self.spending.entry(scope).or_default();
            if spending.day < day {
                *spending = Spending {
                    day,
                    ..Spending::default()
                };
            }
            spending.spent = spending.spent.plus(spend);
        }
    }

    fn approval_requested(&mut self, facts: &ApprovalRequested) {
        self.insert_approval(Approval {
            id: facts.approval,
            room: facts.room,
            from: facts.from,
            to: facts.to,
            holds: facts.holds,
            until_ms: facts.until,
        });
        if let Some(holds) = facts.holds {
            self.update(holds.task, |task| {
                task.hold = Some(Hold::Approval(facts.approval));
                if task.state != TaskState::Paused {
                    task.state = TaskState::Blocked;
                }
            });
        }
    }

    fn approval_decided(&mut self, facts: &ApprovalDecided, at: Millis) {
        self.answered(facts.approval, facts.approved, at);
    }

    /// The question is off the table. An attempt that asked goes on and hears the answer; a task
    /// that waited to begin may begin if it was approved.
    fn answered(&mut self, approval: mesh_model::ApprovalId, approved: bool, at: Millis) {
        let Some(known) = self.remove_approval(approval) else {
            return;
        };
        let Some(holds) = known.holds else { return };
        self.update(holds.task, |task| {
            if task.hold == Some(Hold::Approval(approval)) {
                task.hold = None;
            }
            let gated = task.gate == Some(approval);
            if gated && approved {
                task.gate = None;
            }
            if task.state != TaskState::Blocked || task.hold.is_some() {
                return;
            }
            match (&task.attempt, gated && !approved) {
                (Some(_), _) => task.state = TaskState::Running,
                // Its end is the next event.
                (None, true) => {}
                (None, false) => task.rest(at),
            }
        });
    }
}

impl Task {
    /// Whoever fits may take it.
    fn queue(&mut self, at: Millis) {
        self.state = TaskState::Queued;
        self.attempt = None;
        self.hold = None;
        self.retry_ms = None;
        self.ready_ms = at.0;
    }

    /// Back to where it stands when nobody is at it.
    fn rest(&mut self, at: Millis) {
        match self.resting() {
            TaskState::Queued => self.queue(at),
            state => {
                self.state = state;
                self.hold = self.gate.map(Hold::Approval);
            }
        }
    }

    /// As if nobody had ever tried.
    fn begin_again(&mut self, at: Millis) {
        self.ended = None;
        self.failed = 0;
        self.level = 0;
        self.last_failed = None;
        self.assigned = self.plan.assigned;
        self.result = None;
        self.verifier = None;
        self.rest(at);
    }
}

/// Whether the event may leave something for the hub to decide.
pub(crate) fn may_settle(work: &Work, facts: &Facts) -> bool {
    let waited_for = |id: &TaskId| {
        work.tasks
            .get(id)
            .is_some_and(|task| !task.referrers.is_empty() || task.verifier.is_some())
    };
    match facts {
        Facts::TaskCreated(facts) => !facts.plan.needs.is_empty(),
        Facts::TaskLinked(_) | Facts::TaskResumed(_) | Facts::TaskRetried(_) => true,
        Facts::ApprovalDecided(_) | Facts::ApprovalExpired(_) => true,
        Facts::TaskFinished(facts) => waited_for(&facts.task),
        Facts::TaskAttemptFailed(facts) => waited_for(&facts.task),
        Facts::TaskResolved(facts) => waited_for(&facts.task),
        Facts::TaskCancelled(facts) => facts.cause != CancelCause::Asked || waited_for(&facts.task),
        _ => false,
    }
}

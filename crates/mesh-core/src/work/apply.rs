//! What the events of work do to the state. Nothing is judged: whatever the log holds has happened.

use mesh_model::events::{
    AfterResult, ApprovalDecided, ApprovalFacts, ApprovalRequested, BudgetFacts, BudgetScope,
    CancelCause, ContextFacts, DispatchFacts, Facts, FailureCause, MemoryFacts, Resolution, Spend,
    TaskAssigned, TaskDecided, TaskFacts, TaskFinished, TaskLeaseExtended, TaskProgressed,
    TaskQueued, TaskResumed, TaskSkipped, TaskStarted, TaskUrgencyRaised, TemplateFacts, ToolFacts,
    WorkerFacts,
};
use mesh_model::{MemoryId, Millis, ParticipantId, RoomId, TaskId};

use crate::budget::{Spending, day_of};
use crate::worker::names;
use crate::{Approval, Budget, Stored, Task, Template, Work, Worker};

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
            Facts::Task(TaskFacts::Created(facts)) => self.insert(Task::created(facts, event)),
            Facts::Task(TaskFacts::Linked(facts)) => {
                self.refer(facts.needs, facts.task);
                self.pass(facts.task, event);
            }
            Facts::Task(TaskFacts::Taken(facts)) => {
                self.pass(facts.task, event);
                self.update_worker(facts.worker, |worker| worker.took(facts.task));
            }
            Facts::Task(TaskFacts::HandedOff(facts)) => {
                self.charge(facts.worker, facts.room, facts.cost.spend, at);
                self.update_worker(facts.worker, |worker| worker.let_go(facts.task));
                self.pass(facts.task, event);
            }
            Facts::Task(TaskFacts::AttemptFailed(facts)) => {
                self.charge(facts.worker, facts.room, facts.cost.spend, at);
                self.update_worker(facts.worker, |worker| worker.failed(facts.task, at));
                if facts.cause == FailureCause::CheckFailed {
                    self.judge_worker_of(facts.task, facts.worker, false);
                }
                self.pass(facts.task, event);
            }
            Facts::Task(TaskFacts::Finished(facts)) => self.finished(facts, event),
            Facts::Task(TaskFacts::Decided(facts)) => self.decided(facts, event),
            Facts::Task(TaskFacts::Confirmed(facts)) => self.verified(facts.task, facts.good),
            Facts::Task(TaskFacts::Cancelled(facts)) => {
                self.release(facts.task, at);
                self.pass(facts.task, event);
            }
            Facts::Task(TaskFacts::Paused(facts)) => {
                self.release(facts.task, at);
                self.pass(facts.task, event);
            }
            Facts::Task(TaskFacts::Retried(facts)) => self.begin_again(facts.task, event),
            Facts::Task(TaskFacts::Resolved(facts)) => match facts.resolution {
                Resolution::Accept | Resolution::Fail => self.pass(facts.task, event),
                Resolution::Retry => self.begin_again(facts.task, event),
            },
            Facts::Task(TaskFacts::Queued(TaskQueued { task, .. }))
            | Facts::Task(TaskFacts::LeaseExtended(TaskLeaseExtended { task, .. }))
            | Facts::Task(TaskFacts::Started(TaskStarted { task, .. }))
            | Facts::Task(TaskFacts::Progressed(TaskProgressed { task, .. }))
            | Facts::Task(TaskFacts::Skipped(TaskSkipped { task, .. }))
            | Facts::Task(TaskFacts::Resumed(TaskResumed { task, .. }))
            | Facts::Task(TaskFacts::Assigned(TaskAssigned { task, .. }))
            | Facts::Task(TaskFacts::UrgencyRaised(TaskUrgencyRaised { task, .. })) => {
                self.pass(*task, event)
            }
            _ => return false,
        }
        if self.index.ended.len() > mesh_model::limits::TASKS_ENDED_MAX {
            self.forget(seq);
        }
        true
    }

    fn apply_other(&mut self, event: &Stored<'_>) -> bool {
        match event.facts {
            Facts::Worker(WorkerFacts::Enrolled(facts)) => {
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
            Facts::Worker(WorkerFacts::Left(facts)) => self.update_worker(facts.worker, |worker| {
                worker.online = false;
            }),
            Facts::Worker(WorkerFacts::ModeSet(facts)) => {
                self.update_worker(facts.worker, |worker| {
                    worker.mode = facts.mode;
                })
            }
            Facts::Worker(WorkerFacts::LimitsSet(facts)) => {
                self.update_worker(facts.worker, |worker| {
                    worker.set_slots = facts.slots;
                    worker.set_capabilities = facts.capabilities.as_deref().map(names);
                })
            }
            Facts::Dispatch(DispatchFacts::Stopped(_)) => self.stopped = true,
            Facts::Dispatch(DispatchFacts::Resumed(_)) => self.stopped = false,
            Facts::Budget(BudgetFacts::Set(facts)) => {
                let budget = Budget {
                    tokens: facts.tokens,
                    micros: facts.micros,
                };
                self.budgets.insert(facts.scope, budget);
                if let Some(spending) = self.spending.get_mut(&facts.scope) {
                    spending.warned = 0;
                }
            }
            Facts::Budget(BudgetFacts::Warned(facts)) => {
                let spending = self.spending.entry(facts.scope).or_default();
                if spending.day == facts.day {
                    spending.warned = facts.percent;
                }
            }
            Facts::Approval(ApprovalFacts::Requested(facts)) => self.approval_requested(facts),
            Facts::Approval(ApprovalFacts::Decided(facts)) => {
                self.approval_decided(facts, event.at)
            }
            Facts::Approval(ApprovalFacts::Expired(facts)) => {
                self.answered(facts.approval, false, event.at)
            }
            Facts::Template(TemplateFacts::Created(facts)) => {
                let template = Template {
                    id: facts.template,
                    name: facts.name.clone(),
                    variables: facts.variables.clone(),
                    creator: event.participant(),
                };
                self.templates.insert(facts.template, template.into());
            }
            Facts::Template(TemplateFacts::Deleted(facts)) => {
                self.templates.remove(&facts.template);
            }
            Facts::Context(ContextFacts::Set(facts)) => {
                let keys = self.context.entry(facts.room).or_default();
                keys.insert(facts.key.as_str().into(), event.seq);
            }
            Facts::Context(ContextFacts::Removed(facts)) => {
                if let Some(keys) = self.context.get_mut(&facts.room) {
                    keys.remove(facts.key.as_str());
                    if keys.is_empty() {
                        self.context.remove(&facts.room);
                    }
                }
            }
            Facts::Memory(MemoryFacts::Kept(facts)) => {
                for old in &facts.replaces {
                    self.unlearn(facts.owner, *old);
                }
                let known = self.memories.entry(facts.owner).or_default();
                if known.insert(facts.memory).is_none() {
                    self.remembered += 1;
                }
            }
            Facts::Memory(MemoryFacts::Forgotten(facts)) => self.unlearn(facts.owner, facts.memory),
            Facts::Task(TaskFacts::Redacted(_)) | Facts::Tool(ToolFacts::Called(_)) => {}
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

    /// Takes a task through its event.
    fn pass(&mut self, id: TaskId, event: &Stored<'_>) {
        self.update(id, |task| task.apply(event));
    }

    fn finished(&mut self, facts: &TaskFinished, event: &Stored<'_>) {
        self.charge(facts.worker, facts.room, facts.cost.spend, event.at);
        self.update_worker(facts.worker, Worker::succeeded);
        if let AfterResult::Verify { by } = facts.next {
            self.refer(by, facts.task);
        }
        self.pass(facts.task, event);
        if let Some(good) = facts.check {
            self.judge_worker_of(facts.task, facts.worker, good);
        }
    }

    fn decided(&mut self, facts: &TaskDecided, event: &Stored<'_>) {
        if let Some(judged) = facts.judged {
            self.verified(judged.task, judged.good);
        }
        let chosen = facts.chosen.filter(|id| *id != facts.task);
        if let Some(other) = chosen.and_then(|id| self.tasks.get(&id)).cloned() {
            self.update(facts.task, |task| task.chose(&other));
        }
        self.pass(facts.task, event);
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
        self.update(task, |task| task.verified(good));
    }

    fn judge_worker_of(&mut self, task: TaskId, worker: ParticipantId, good: bool) {
        if let Some(task) = self.tasks.get(&task).cloned() {
            self.judge(worker, task.lane(), good);
        }
    }

    fn begin_again(&mut self, id: TaskId, event: &Stored<'_>) {
        if let Some(verifier) = self.tasks.get(&id).and_then(|task| task.verifier) {
            self.unrefer(verifier, id);
        }
        self.pass(id, event);
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
            self.update(holds.task, |task| task.ask(facts.approval));
        }
    }

    fn approval_decided(&mut self, facts: &ApprovalDecided, at: Millis) {
        self.answered(facts.approval, facts.approved, at);
    }

    fn answered(&mut self, approval: mesh_model::ApprovalId, approved: bool, at: Millis) {
        let Some(known) = self.remove_approval(approval) else {
            return;
        };
        if let Some(holds) = known.holds {
            self.update(holds.task, |task| task.answered(approval, approved, at));
        }
    }
}

/// Whether the event may leave something for the node to decide.
pub(crate) fn may_settle(work: &Work, facts: &Facts) -> bool {
    let waited_for = |id: &TaskId| {
        work.tasks
            .get(id)
            .is_some_and(|task| !task.referrers.is_empty() || task.verifier.is_some())
    };
    match facts {
        Facts::Task(TaskFacts::Created(facts)) => !facts.plan.needs.is_empty(),
        Facts::Task(TaskFacts::Linked(_))
        | Facts::Task(TaskFacts::Resumed(_))
        | Facts::Task(TaskFacts::Retried(_)) => true,
        Facts::Approval(ApprovalFacts::Decided(_)) | Facts::Approval(ApprovalFacts::Expired(_)) => {
            true
        }
        Facts::Task(TaskFacts::Finished(facts)) => waited_for(&facts.task),
        Facts::Task(TaskFacts::AttemptFailed(facts)) => waited_for(&facts.task),
        Facts::Task(TaskFacts::Resolved(facts)) => waited_for(&facts.task),
        Facts::Task(TaskFacts::Cancelled(facts)) => {
            facts.cause != CancelCause::Asked || waited_for(&facts.task)
        }
        _ => false,
    }
}

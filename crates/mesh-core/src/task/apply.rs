//! What the events of tasks do to the state: to the task, its worker, what budgets it used, and the
//! tasks that wait for it. Nothing is judged: whatever the log holds has happened.

use mesh_model::events::{
    AfterResult, FailureCause, Resolution, TaskAssigned, TaskDecided, TaskFacts, TaskFinished,
    TaskLeaseExtended, TaskProgressed, TaskQueued, TaskResumed, TaskSkipped, TaskStarted,
    TaskUrgencyRaised,
};
use mesh_model::limits::TASKS_ENDED_MAX;
use mesh_model::{Millis, ParticipantId, TaskId};

use crate::message::paced;
use crate::{State, Stored, Task, Work, Worker, link};

pub(crate) fn apply(state: &mut State, facts: &TaskFacts, event: &Stored<'_>) {
    change(state.work_at(event.seq), facts, event);
    match facts {
        TaskFacts::Created(facts) => {
            paced(&state.access, &mut state.recent, facts.room, event);
            if let Some(place) = facts.relayed.as_ref().and_then(|relayed| relayed.place) {
                link::asked(state, &place, facts.task, event.seq);
            }
        }
        TaskFacts::Finished(facts) => {
            if let Some(place) = facts.relayed.as_ref().and_then(|relayed| relayed.place) {
                link::took(state, &place, event.seq);
            }
        }
        _ => {}
    }
}

fn change(work: &mut Work, facts: &TaskFacts, event: &Stored<'_>) {
    let at = event.at;
    match facts {
        TaskFacts::Created(facts) => work.insert(Task::created(facts, event)),
        TaskFacts::Linked(facts) => {
            work.refer(facts.needs, facts.task);
            work.pass(facts.task, event);
        }
        TaskFacts::Taken(facts) => {
            work.pass(facts.task, event);
            work.update_worker(facts.worker, |worker| worker.took(facts.task));
        }
        TaskFacts::HandedOff(facts) => {
            work.charge(facts.worker, facts.room, facts.cost.spend, at);
            work.update_worker(facts.worker, |worker| worker.let_go(facts.task));
            work.pass(facts.task, event);
        }
        TaskFacts::AttemptFailed(facts) => {
            work.charge(facts.worker, facts.room, facts.cost.spend, at);
            work.update_worker(facts.worker, |worker| worker.failed(facts.task, at));
            if facts.cause == FailureCause::CheckFailed {
                work.judge_worker_of(facts.task, facts.worker, false);
            }
            work.pass(facts.task, event);
        }
        TaskFacts::Finished(facts) => work.finished(facts, event),
        TaskFacts::Decided(facts) => work.decided(facts, event),
        TaskFacts::Confirmed(facts) => work.verified(facts.task, facts.good),
        TaskFacts::Cancelled(facts) => {
            work.release(facts.task, at);
            work.pass(facts.task, event);
        }
        TaskFacts::Paused(facts) => {
            work.release(facts.task, at);
            work.pass(facts.task, event);
        }
        TaskFacts::Retried(facts) => work.begin_again(facts.task, event),
        TaskFacts::Resolved(facts) => match facts.resolution {
            Resolution::Accept | Resolution::Fail => work.pass(facts.task, event),
            Resolution::Retry => work.begin_again(facts.task, event),
        },
        TaskFacts::Queued(TaskQueued { task, .. })
        | TaskFacts::LeaseExtended(TaskLeaseExtended { task, .. })
        | TaskFacts::Started(TaskStarted { task, .. })
        | TaskFacts::Progressed(TaskProgressed { task, .. })
        | TaskFacts::Skipped(TaskSkipped { task, .. })
        | TaskFacts::Resumed(TaskResumed { task, .. })
        | TaskFacts::Assigned(TaskAssigned { task, .. })
        | TaskFacts::UrgencyRaised(TaskUrgencyRaised { task, .. }) => work.pass(*task, event),
        // The state holds no words.
        TaskFacts::Redacted(_) => {}
    }
    if work.index.ended.len() > TASKS_ENDED_MAX {
        work.forget(event.seq);
    }
}

impl Work {
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
        if let Some(good) = facts.check.filter(|_| !facts.own) {
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
}

//! What an event about a task does to it: the transitions drawn in `mod.rs`, and nothing of workers, budgets or other
//! tasks. The state and the view both take their tasks through it.

use mesh_model::events::{
    AfterFailure, AfterResult, Decision, Resolution, TaskAttemptFailed, TaskCreated, TaskFacts,
    TaskFinished, TaskState, TaskTaken, Urgency,
};
use mesh_model::{ApprovalId, Facts, Millis, RoomId};

use crate::{Attempt, Hold, Outcome, Stored, Task};

impl Task {
    /// A task as it begins.
    pub fn created(facts: &TaskCreated, event: &Stored<'_>) -> Task {
        let mut task = Task {
            id: facts.task,
            room: facts.room,
            plan: facts.plan.clone(),
            creator: event.participant(),
            trust: facts.trust,
            labels: facts.labels.clone(),
            quotes: !facts.quotes.is_empty(),
            partial: false,
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
        task
    }

    /// Takes in an event about it. Any other event changes nothing.
    pub fn apply(&mut self, event: &Stored<'_>) {
        let at = event.at;
        match event.facts {
            Facts::Task(TaskFacts::Linked(facts)) => {
                self.plan.needs.push(facts.needs);
                if !matches!(self.state, TaskState::Paused | TaskState::Blocked) {
                    self.retry_ms = None;
                    self.state = self.resting();
                }
            }
            Facts::Task(TaskFacts::Queued(facts)) => {
                self.assigned = facts.assigned.or(self.assigned);
                self.queue(at);
            }
            Facts::Task(TaskFacts::Taken(facts)) => self.taken(facts, event),
            Facts::Task(TaskFacts::LeaseExtended(facts)) => {
                if let Some(attempt) = &mut self.attempt {
                    attempt.until_ms = attempt.until_ms.max(facts.until);
                    attempt.reserved = facts.reserved.unwrap_or(attempt.reserved);
                }
            }
            Facts::Task(TaskFacts::Started(_)) => self.run(),
            Facts::Task(TaskFacts::Progressed(facts)) => {
                self.run();
                if let Some(attempt) = &mut self.attempt {
                    attempt.parts = attempt.parts.max(facts.part);
                }
            }
            Facts::Task(TaskFacts::HandedOff(facts)) => {
                self.priority = facts.priority;
                self.partial |= !facts.empty;
                self.handoffs = self.handoffs.saturating_add(1);
                self.queue(at);
            }
            Facts::Task(TaskFacts::AttemptFailed(facts)) => self.attempt_failed(facts, event),
            Facts::Task(TaskFacts::Finished(facts)) => self.finished(facts, event),
            Facts::Task(TaskFacts::Decided(facts)) => {
                self.label(&facts.labels);
                match facts.decision {
                    Decision::Accepted => self.end(TaskState::Done, event),
                    Decision::Rejected => self.end(TaskState::Failed, event),
                    Decision::Person => self.block(),
                }
            }
            Facts::Task(TaskFacts::Confirmed(facts)) => self.verified(facts.good),
            Facts::Task(TaskFacts::Skipped(_)) => self.end(TaskState::Skipped, event),
            Facts::Task(TaskFacts::Cancelled(_)) => self.end(TaskState::Cancelled, event),
            Facts::Task(TaskFacts::Paused(_)) => {
                if self.attempt.take().is_some() {
                    self.hold = None;
                }
                self.retry_ms = None;
                self.state = TaskState::Paused;
            }
            Facts::Task(TaskFacts::Resumed(_)) => self.rest(at),
            Facts::Task(TaskFacts::Retried(_)) => self.begin_again(at),
            Facts::Task(TaskFacts::Assigned(facts)) => {
                self.assigned = facts.to;
                self.plan.assigned = facts.to;
            }
            Facts::Task(TaskFacts::Resolved(facts)) => match facts.resolution {
                Resolution::Accept => self.end(TaskState::Done, event),
                Resolution::Fail => self.end(TaskState::Failed, event),
                Resolution::Retry => {
                    self.begin_again(at);
                    // What it needed has ended well already.
                    if self.gate.is_none() && self.plan.join.is_none() {
                        self.queue(at);
                    }
                }
            },
            Facts::Task(TaskFacts::UrgencyRaised(facts)) => self.urgency = facts.urgency,
            _ => {}
        }
    }

    /// An approval is asked for, without which it does not go on.
    pub fn ask(&mut self, approval: ApprovalId) {
        self.hold = Some(Hold::Approval(approval));
        if self.state != TaskState::Paused {
            self.state = TaskState::Blocked;
        }
    }

    /// The question is off the table. An attempt that asked goes on and hears the answer; a task
    /// that waited to begin may begin if it was approved.
    pub fn answered(&mut self, approval: ApprovalId, approved: bool, at: Millis) {
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
            (None, false) => self.rest(at),
        }
    }

    /// Somebody else found its result good or bad; the first word counts.
    pub fn verified(&mut self, good: bool) {
        if let Some(result) = &mut self.result {
            result.verified.get_or_insert(good);
        }
    }

    /// It has the result of another task.
    pub fn chose(&mut self, other: &Task) {
        if let Some(mut result) = other.result.clone() {
            result.chosen = Some(other.id);
            self.result = Some(result);
        }
    }

    fn taken(&mut self, facts: &TaskTaken, event: &Stored<'_>) {
        self.state = TaskState::Leased;
        if facts.started {
            self.run();
        }
        self.tries = self.tries.saturating_add(1);
        self.retry_ms = None;
        self.attempt = Some(Attempt {
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
    }

    fn attempt_failed(&mut self, facts: &TaskAttemptFailed, event: &Stored<'_>) {
        self.last_failed = Some(facts.worker);
        self.attempt = None;
        self.hold = None;
        match facts.next {
            AfterFailure::Retry { at } => {
                self.failed = self.failed.saturating_add(1);
                self.retry_ms = Some(at);
                self.state = TaskState::Retrying;
            }
            AfterFailure::Escalate { to } => {
                self.failed = 0;
                self.level = 1;
                self.assigned = Some(to);
                self.queue(event.at);
            }
            AfterFailure::Person => {
                self.level = 2;
                self.block();
            }
            AfterFailure::Fail => self.end(TaskState::Failed, event),
        }
    }

    /// Words of these rooms are in it from now on.
    fn label(&mut self, labels: &[RoomId]) {
        self.labels.extend(labels);
        self.labels.sort_unstable();
        self.labels.dedup();
    }

    fn finished(&mut self, facts: &TaskFinished, event: &Stored<'_>) {
        self.attempt = None;
        self.hold = None;
        self.label(&facts.labels);
        self.result = Some(Box::new(Outcome {
            fence: facts.fence,
            worker: facts.worker,
            confidence: facts.confidence,
            verdict: facts.verdict,
            link: facts.provenance.as_ref().map(|signed| signed.link),
            // The node's own check is a word of somebody else.
            verified: facts.check,
            chosen: None,
        }));
        match facts.next {
            AfterResult::Done => {
                self.state = TaskState::Done;
                self.ended = Some(event.seq);
            }
            AfterResult::Verify { by } => {
                self.verifier = Some(by);
                self.state = TaskState::Verifying;
            }
            AfterResult::Person => self.block(),
        }
    }

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

    fn run(&mut self) {
        if self.state == TaskState::Leased {
            self.state = TaskState::Running;
        }
    }

    /// A person has to decide.
    fn block(&mut self) {
        self.hold = Some(Hold::Person);
        self.state = TaskState::Blocked;
    }

    fn end(&mut self, state: TaskState, event: &Stored<'_>) {
        self.state = state;
        self.ended = Some(event.seq);
        self.attempt = None;
        self.hold = None;
        self.gate = None;
        self.retry_ms = None;
    }
}

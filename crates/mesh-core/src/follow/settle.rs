//! What follows when what a task waits for has ended. All of it is decided in one go, on a copy of
//! the state that takes each event in as it is decided; whatever is more than one batch should hold
//! is left to the next tick.

use mesh_model::events::{
    ApprovalFacts, By, CancelCause, Condition, Decision, Facts, Join, Judged, TaskDecided,
    TaskFacts, TaskQueued, TaskSkipped, TaskState, Verdict,
};
use mesh_model::limits::TICK_EVENTS_MAX;
use mesh_model::{NewEvent, Seq, TaskId};

use crate::desk::Desk;
use crate::recent::Recent;
use crate::task::cancelled;
use crate::{Outcome, State, Stored, Task, Work, apply};

/// The events, and what follows from them.
pub(crate) fn follow(desk: &Desk<'_>, events: Vec<NewEvent>) -> Vec<NewEvent> {
    if !events
        .iter()
        .any(|event| may_settle(desk.work, &event.facts))
    {
        return events;
    }
    let mut draft = Draft::new(desk);
    for event in events {
        draft.push(event);
    }
    draft.settle();
    draft.events
}

/// The state as it will be once the events decided so far are stored.
pub(super) struct Draft<'a> {
    desk: &'a Desk<'a>,
    pub state: State,
    head: Seq,
    pub events: Vec<NewEvent>,
}

impl<'a> Draft<'a> {
    pub fn new(desk: &'a Desk<'a>) -> Draft<'a> {
        Draft {
            desk,
            // Copies of pointers, but for what was said lately, which nothing that follows asks for.
            state: State {
                access: desk.asker.access.clone(),
                work: desk.work.clone(),
                recent: Recent::default(),
            },
            head: desk.recent.head,
            events: Vec::new(),
        }
    }

    /// The rules look at the draft instead of the state.
    pub fn desk(&self) -> Desk<'_> {
        Desk {
            asker: self.desk.asker,
            work: &self.state.work,
            recent: self.desk.recent,
        }
    }

    pub fn push(&mut self, event: NewEvent) {
        self.head = self.head.next();
        let by = By {
            actor: self.desk.asker.actor,
            key: None,
        };
        let stored = Stored {
            seq: self.head,
            at: self.desk.now(),
            by: &by,
            facts: &event.facts,
        };
        apply(&mut self.state, &stored);
        self.events.push(event);
    }

    pub fn is_full(&self) -> bool {
        self.events.len() >= TICK_EVENTS_MAX
    }

    /// Decides about every task that waits for nothing else any more.
    pub fn settle(&mut self) {
        while !self.is_full() {
            let Some(id) = self.state.work.index.settle.get_min().copied() else {
                return;
            };
            let Some(task) = self.state.work.tasks.get(&id).cloned() else {
                return;
            };
            for event in settled(&self.desk(), &task) {
                self.push(event);
            }
        }
    }
}

fn settled(desk: &Desk<'_>, task: &Task) -> Vec<NewEvent> {
    let (work, id, room) = (desk.work, task.id, task.room);
    if task.state == TaskState::Verifying {
        return vec![NewEvent::new(second_opinion(work, task))];
    }
    if let Some(need) = work.first_bad_need(task).filter(|_| task.doomed) {
        return cancelled(desk, task, CancelCause::Need { task: need });
    }
    if task.plan.when.is_some_and(|when| !holds(work, when)) {
        return vec![NewEvent::new(TaskSkipped { task: id, room })];
    }
    if let Some(join) = task.plan.join {
        return vec![NewEvent::new(joined(work, task, join))];
    }
    let same = task.plan.same.and_then(|same| result_of(work, same));
    vec![NewEvent::new(TaskQueued {
        task: id,
        room,
        assigned: same.map(|result| result.worker),
    })]
}

/// The result of a task that ended well.
fn result_of(work: &Work, id: TaskId) -> Option<&Outcome> {
    let task = work.task(id)?;
    task.result
        .as_deref()
        .filter(|_| task.state == TaskState::Done)
}

fn holds(work: &Work, when: Condition) -> bool {
    match when {
        Condition::Unsure { task, below } => result_of(work, task)
            .and_then(|result| result.confidence)
            .is_some_and(|percent| percent < below),
        Condition::Verdict { task, was } => {
            result_of(work, task).and_then(|result| result.verdict) == Some(was)
        }
    }
}

fn joined(work: &Work, task: &Task, join: Join) -> TaskDecided {
    let mut decided = TaskDecided {
        task: task.id,
        room: task.room,
        decision: Decision::Rejected,
        chosen: None,
        accepts: 0,
        rejects: 0,
        judged: None,
    };
    let done = |id: &&TaskId| result_of(work, **id).is_some();
    match join {
        Join::First => decided.chosen = task.plan.needs.iter().find(done).copied(),
        Join::Best => {
            let confidence = |id: &TaskId| result_of(work, *id).and_then(|it| it.confidence);
            // Of equals the first one.
            let best = task.plan.needs.iter().rev().filter(done);
            decided.chosen = best.max_by_key(|id| confidence(id)).copied();
        }
        Join::Majority { quorum } => {
            majority(work, task, quorum, &mut decided);
            return decided;
        }
    }
    if decided.chosen.is_some() {
        decided.decision = Decision::Accepted;
    }
    decided
}

/// The first need stands or falls by the verdicts of the others; without a clear answer a person
/// says.
fn majority(work: &Work, task: &Task, quorum: u8, decided: &mut TaskDecided) {
    let Some((subject, voters)) = task.plan.needs.split_first() else {
        return;
    };
    if result_of(work, *subject).is_none() {
        return;
    }
    for verdict in voters.iter().filter_map(|id| result_of(work, *id)?.verdict) {
        let count = match verdict {
            Verdict::Accept => &mut decided.accepts,
            Verdict::Reject => &mut decided.rejects,
        };
        *count = count.saturating_add(1);
    }
    let cast = decided.accepts.saturating_add(decided.rejects);
    decided.chosen = Some(*subject);
    if cast < quorum || decided.accepts == decided.rejects {
        decided.decision = Decision::Person;
        return;
    }
    let good = decided.accepts > decided.rejects;
    decided.judged = Some(Judged {
        task: *subject,
        good,
    });
    if good {
        decided.decision = Decision::Accepted;
    } else {
        decided.chosen = None;
    }
}

/// A second agent looked. If it disagrees, the surer one of the two counts; if it came to nothing,
/// a person says.
fn second_opinion(work: &Work, task: &Task) -> TaskDecided {
    let mut decided = TaskDecided {
        task: task.id,
        room: task.room,
        decision: Decision::Person,
        chosen: None,
        accepts: 0,
        rejects: 0,
        judged: None,
    };
    let second = task
        .verifier
        .and_then(|id| Some((id, result_of(work, id)?)));
    let (Some(first), Some((verifier, second))) = (&task.result, second) else {
        return decided;
    };
    decided.decision = Decision::Accepted;
    let good = second.verdict == Some(Verdict::Accept);
    if good {
        decided.accepts = 1;
    } else {
        decided.rejects = 1;
        if second.confidence > first.confidence {
            decided.chosen = Some(verifier);
        }
    }
    decided.judged = Some(Judged {
        task: task.id,
        good,
    });
    // Two that disagree and are equally unsure settle nothing.
    if !good && decided.chosen.is_none() {
        decided.judged = None;
    }
    decided
}

/// Whether the event may leave something for the node to decide.
fn may_settle(work: &Work, facts: &Facts) -> bool {
    let waited_for = |id: &TaskId| {
        work.tasks
            .get(id)
            .is_some_and(|task| !task.referrers.is_empty() || task.verifier.is_some())
    };
    match facts {
        Facts::Task(facts) => match facts {
            TaskFacts::Created(facts) => !facts.plan.needs.is_empty(),
            TaskFacts::Linked(_) | TaskFacts::Resumed(_) | TaskFacts::Retried(_) => true,
            TaskFacts::Finished(facts) => waited_for(&facts.task),
            TaskFacts::AttemptFailed(facts) => waited_for(&facts.task),
            TaskFacts::Resolved(facts) => waited_for(&facts.task),
            TaskFacts::Cancelled(facts) => {
                facts.cause != CancelCause::Asked || waited_for(&facts.task)
            }
            TaskFacts::Queued(_)
            | TaskFacts::Taken(_)
            | TaskFacts::LeaseExtended(_)
            | TaskFacts::Started(_)
            | TaskFacts::Progressed(_)
            | TaskFacts::HandedOff(_)
            | TaskFacts::Decided(_)
            | TaskFacts::Confirmed(_)
            | TaskFacts::Skipped(_)
            | TaskFacts::Paused(_)
            | TaskFacts::Assigned(_)
            | TaskFacts::UrgencyRaised(_)
            | TaskFacts::Redacted(_) => false,
        },
        Facts::Approval(facts) => match facts {
            ApprovalFacts::Decided(_) | ApprovalFacts::Expired(_) => true,
            ApprovalFacts::Requested(_) => false,
        },
        // Tasks wait for tasks and for approvals, for nothing else.
        _ => false,
    }
}

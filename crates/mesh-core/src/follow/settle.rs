//! What follows when what a task waits for has ended. All of it is decided in one go, on a copy of
//! the state that takes each event in as it is decided; whatever is more than one batch should hold
//! is left to the next tick.

use mesh_model::events::{
    ApprovalFacts, By, CancelCause, Condition, Decision, Facts, Join, Judged, TaskDecided,
    TaskFacts, TaskQueued, TaskSkipped, TaskState, Verdict,
};
use mesh_model::limits::TICK_EVENTS_MAX;
use mesh_model::{NewEvent, ParticipantId, Seq, TaskId};

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
        return vec![NewEvent::new(second_opinion(desk, task))];
    }
    if let Some(need) = work.first_bad_need(task).filter(|_| task.doomed) {
        return cancelled(desk, task, CancelCause::Need { task: need });
    }
    if task.plan.when.is_some_and(|when| !holds(work, when)) {
        return vec![NewEvent::new(TaskSkipped { task: id, room })];
    }
    if let Some(join) = task.plan.join {
        return vec![NewEvent::new(joined(desk, task, join))];
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

fn joined(desk: &Desk<'_>, task: &Task, join: Join) -> TaskDecided {
    let work = desk.work;
    let mut decided = TaskDecided {
        task: task.id,
        room: task.room,
        decision: Decision::Rejected,
        chosen: None,
        accepts: 0,
        rejects: 0,
        judged: None,
        labels: work.labels_of_needs(task),
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
            majority(desk, task, quorum, &mut decided);
            return decided;
        }
    }
    if decided.chosen.is_some() {
        decided.decision = Decision::Accepted;
    }
    decided
}

/// The first need stands or falls by the verdicts of the others; without a clear answer a person
/// says. Relatives of its worker have no vote and each side has one, unless it is their own matter;
/// nobody's record changes by what only relatives say.
fn majority(desk: &Desk<'_>, task: &Task, quorum: u8, decided: &mut TaskDecided) {
    let Some((subject, voters)) = task.plan.needs.split_first() else {
        return;
    };
    let Some(worker) = result_of(desk.work, *subject).map(|result| result.worker) else {
        return;
    };
    let cast: Vec<_> = voters
        .iter()
        .filter_map(|id| {
            let result = result_of(desk.work, *id)?;
            Some((result.worker, result.verdict?))
        })
        .collect();
    let others = count(independent(desk, worker, &cast));
    let counted = if desk.is_own_matter(task, worker) {
        count(cast.iter().map(|(_, verdict)| *verdict))
    } else {
        others
    };
    (decided.accepts, decided.rejects) = counted;
    decided.chosen = Some(*subject);
    let Some(good) = clear(counted, quorum) else {
        decided.decision = Decision::Person;
        return;
    };
    decided.judged = (clear(others, quorum) == Some(good)).then_some(Judged {
        task: *subject,
        good,
    });
    if good {
        decided.decision = Decision::Accepted;
    } else {
        decided.chosen = None;
    }
}

/// The verdicts of those behind whom another person stands than behind the worker, and than behind
/// whoever voted before.
fn independent<'a>(
    desk: &'a Desk<'_>,
    worker: ParticipantId,
    cast: &'a [(ParticipantId, Verdict)],
) -> impl Iterator<Item = Verdict> + 'a {
    let access = desk.asker.access;
    let voted_before = move |at: usize, voter| {
        let mut before = cast[..at].iter();
        before.any(|(other, _)| access.kindred(*other, voter))
    };
    cast.iter()
        .enumerate()
        .filter(move |(at, (voter, _))| {
            !access.kindred(*voter, worker) && !voted_before(*at, *voter)
        })
        .map(|(_, (_, verdict))| *verdict)
}

/// How many accept, how many reject.
fn count(verdicts: impl Iterator<Item = Verdict>) -> (u8, u8) {
    verdicts.fold(
        (0, 0),
        |(accepts, rejects): (u8, u8), verdict| match verdict {
            Verdict::Accept => (accepts.saturating_add(1), rejects),
            Verdict::Reject => (accepts, rejects.saturating_add(1)),
        },
    )
}

/// What so many say, if they are enough and do not balance.
fn clear((accepts, rejects): (u8, u8), quorum: u8) -> Option<bool> {
    let enough = accepts.saturating_add(rejects) >= quorum;
    (enough && accepts != rejects).then_some(accepts > rejects)
}

/// A second agent looked. If it disagrees, the surer one of the two counts; if it came to nothing,
/// a person says. The same if it is a relative of the first and this is not their own matter; what
/// relatives say of each other changes nobody's record.
fn second_opinion(desk: &Desk<'_>, task: &Task) -> TaskDecided {
    let mut decided = TaskDecided {
        task: task.id,
        room: task.room,
        decision: Decision::Person,
        chosen: None,
        accepts: 0,
        rejects: 0,
        judged: None,
        labels: Vec::new(),
    };
    let second = task
        .verifier
        .and_then(|id| Some((id, result_of(desk.work, id)?)));
    let (Some(first), Some((verifier, second))) = (&task.result, second) else {
        return decided;
    };
    let kindred = desk.asker.access.kindred(first.worker, second.worker);
    if kindred && !desk.is_own_matter(task, first.worker) {
        return decided;
    }
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
    // Two that disagree and are equally unsure settle nothing.
    if !kindred && (good || decided.chosen.is_some()) {
        decided.judged = Some(Judged {
            task: task.id,
            good,
        });
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
        Facts::Mesh(_)
        | Facts::User(_)
        | Facts::Credential(_)
        | Facts::Invite(_)
        | Facts::Participant(_)
        | Facts::Session(_)
        | Facts::Group(_)
        | Facts::Room(_)
        | Facts::Message(_)
        | Facts::EventType(_)
        | Facts::Policy(_)
        | Facts::Quarantine(_)
        | Facts::Influence(_)
        | Facts::Guard(_)
        | Facts::Identity(_)
        | Facts::Secret(_)
        | Facts::Worker(_)
        | Facts::Dispatch(_)
        | Facts::Budget(_)
        | Facts::Template(_)
        | Facts::Context(_)
        | Facts::Memory(_)
        | Facts::Entity(_)
        | Facts::Journal(_)
        | Facts::Lease(_)
        | Facts::File(_)
        | Facts::Skill(_)
        | Facts::Schedule(_)
        | Facts::Clock(_)
        | Facts::Alert(_)
        | Facts::Webhook(_)
        | Facts::Inlet(_)
        | Facts::Link(_)
        | Facts::Tool(_) => false,
    }
}

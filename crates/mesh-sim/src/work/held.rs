//! Who holds what, as the events alone tell: a small reference that shares nothing with the core. It is the rule about
//! attempts: a task is held by one attempt at most, and only that one changes it; and the one about alerts: of each cause one is open.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::events::{
    AfterFailure, AfterResult, AlertCause, AlertFacts, Decision, Facts, Resolution, TaskFacts,
};
use mesh_model::{Actor, ParticipantId, Seq, TaskId};

/// A task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The attempt that holds it.
    pub held: Option<(Seq, ParticipantId)>,
    /// Whether that attempt has begun.
    pub begun: bool,
    /// Whether it is over.
    pub ended: bool,
    /// The attempts that brought a result.
    pub results: BTreeSet<(Seq, ParticipantId)>,
}

/// All tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    pub tasks: BTreeMap<TaskId, Known>,
    /// Every number that was ever given.
    fences: BTreeSet<Seq>,
    /// Alerts that are open, and whether each was escalated.
    pub alerts: BTreeMap<AlertCause, (Seq, bool)>,
}

impl Held {
    /// Takes an event in. Panics where it cannot have happened.
    pub fn take(&mut self, seq: Seq, actor: Actor, facts: &Facts) {
        match facts {
            Facts::Task(TaskFacts::Created(facts)) => {
                let known = self.tasks.insert(facts.task, Known::default());
                assert!(known.is_none(), "{} was created twice", facts.task);
            }
            Facts::Task(TaskFacts::Taken(facts)) => {
                assert!(self.fences.insert(seq), "the number {seq} was given twice");
                let task = self.task(facts.task);
                assert_eq!(task.held, None, "{} is held by two at {seq}", facts.task);
                assert!(!task.ended, "{} was taken after its end", facts.task);
                assert_eq!(actor.participant(), Some(facts.worker));
                task.held = Some((seq, facts.worker));
                task.begun = facts.started;
            }
            Facts::Task(TaskFacts::Started(facts)) => {
                let task = self.holding(facts.task, facts.fence, actor);
                assert!(!task.begun, "{} was begun twice", facts.task);
                task.begun = true;
            }
            Facts::Task(TaskFacts::LeaseExtended(facts)) => {
                self.holding(facts.task, facts.fence, actor);
            }
            Facts::Task(TaskFacts::Progressed(facts)) => {
                self.holding(facts.task, facts.fence, actor).begun = true;
            }
            Facts::Task(TaskFacts::HandedOff(facts)) => {
                self.holding(facts.task, facts.fence, actor).held = None;
            }
            Facts::Task(TaskFacts::AttemptFailed(facts)) => {
                let task = self.holding(facts.task, facts.fence, actor);
                task.held = None;
                task.ended = facts.next == AfterFailure::Fail;
            }
            Facts::Task(TaskFacts::Finished(facts)) => {
                let task = self.holding(facts.task, facts.fence, actor);
                task.held = None;
                task.ended = facts.next == AfterResult::Done;
                let new = task.results.insert((facts.fence, facts.worker));
                assert!(new, "{} has one result twice", facts.task);
            }
            Facts::Task(TaskFacts::Cancelled(facts)) => self.over(facts.task),
            Facts::Task(TaskFacts::Skipped(facts)) => self.over(facts.task),
            Facts::Task(TaskFacts::Paused(facts)) => self.task(facts.task).held = None,
            Facts::Task(TaskFacts::Retried(facts)) => {
                let task = self.task(facts.task);
                assert!(task.ended, "{} was begun again before its end", facts.task);
                task.ended = false;
            }
            Facts::Task(TaskFacts::Decided(facts)) => {
                self.task(facts.task).ended = facts.decision != Decision::Person;
            }
            Facts::Task(TaskFacts::Resolved(facts)) => {
                self.task(facts.task).ended = facts.resolution != Resolution::Retry;
            }
            Facts::Alert(facts) => self.alert(seq, facts),
            _ => {}
        }
    }

    /// Of each cause one alert is open, it escalates once, and only what is open ends.
    fn alert(&mut self, seq: Seq, facts: &AlertFacts) {
        match facts {
            AlertFacts::Raised(facts) => {
                let open = self.alerts.insert(facts.cause, (seq, false));
                assert_eq!(open, None, "raised twice at {seq}");
                assert!(facts.evidence.iter().all(|place| *place < seq));
            }
            AlertFacts::Escalated(facts) => {
                let open = self.alerts.get_mut(&facts.cause).expect("it is open");
                assert_eq!(*open, (facts.alert, false), "escalated twice at {seq}");
                open.1 = true;
            }
            AlertFacts::Resolved(facts) => {
                let open = self.alerts.remove(&facts.cause).expect("it is open");
                assert_eq!(open.0, facts.alert, "another one ended at {seq}");
            }
            AlertFacts::Acknowledged(facts) => {
                let open = self.alerts.get(&facts.cause).expect("it is open");
                assert_eq!(open.0, facts.alert);
            }
            AlertFacts::RuleSet(_) => {}
        }
    }

    /// Whether this attempt holds the task.
    pub fn holds(&self, task: TaskId, fence: Seq, worker: ParticipantId) -> bool {
        self.tasks
            .get(&task)
            .is_some_and(|known| known.held == Some((fence, worker)))
    }

    /// Whether this attempt brought a result.
    pub fn brought(&self, task: TaskId, fence: Seq, worker: ParticipantId) -> bool {
        self.tasks
            .get(&task)
            .is_some_and(|known| known.results.contains(&(fence, worker)))
    }

    fn task(&mut self, id: TaskId) -> &mut Known {
        self.tasks.get_mut(&id).expect("the task was created")
    }

    fn over(&mut self, id: TaskId) {
        let task = self.task(id);
        assert!(!task.ended, "{id} ended twice");
        (task.held, task.ended) = (None, true);
    }

    /// The task, if that attempt holds it; only the node itself ends others' attempts.
    fn holding(&mut self, id: TaskId, fence: Seq, actor: Actor) -> &mut Known {
        let task = self.task(id);
        let Some((held, worker)) = task.held else {
            panic!("{id}: nobody holds it, and {fence} changed it");
        };
        assert_eq!(held, fence, "{id} was changed by an attempt that is over");
        assert!(
            actor == Actor::Node || actor.participant() == Some(worker),
            "{id} was changed by somebody else"
        );
        task
    }
}

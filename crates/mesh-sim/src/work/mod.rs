//! Tasks under trouble: workers that die at any point and forget what they held, a node that loses its power, a disk that
//! fails, a clock that jumps, and ticks as one more actor.
//!
//! After each step [`mesh_core::Work::check`] and the reference in `held.rs` have to agree with the machine. In the end
//! the trouble stops, and everything that is open has to end.

mod ask;
mod held;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use held::Held;
use mesh_core::{State, Stored, apply};
use mesh_log::{Fault, Log, SimDisk, Tail, Trust};
use mesh_model::command::TaskCommand;
use mesh_model::events::{Facts, Resolution, TaskFacts, TaskState};
use mesh_model::{Command, ErrorCode, Millis, ParticipantId, Refusal, Seq, TaskId};
use mesh_node::machine::{Committed, Outcome, Step};

use crate::chance::Chance;
use crate::model::Asked;
use crate::node::Node;
use crate::schedule::{self, person};

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Played {
    /// Events stored.
    pub events: u64,
    /// Tasks created, second opinions included.
    pub tasks: u64,
    /// Attempts begun.
    pub attempts: u64,
    /// Results taken in.
    pub results: u64,
    /// Updates with a number that no longer held, all refused.
    pub stale: u64,
    /// Leases that ended by themselves.
    pub lost: u64,
    /// Deaths of workers.
    pub deaths: u64,
    /// Starts of the node after the first.
    pub restarts: u64,
    /// Attempts that began by a question that had waited.
    pub waited: u64,
    /// Of these, attempts of which the worker never heard.
    pub unheard: u64,
    /// Calls that handed in several results.
    pub together: u64,
}

/// A worker's own memory: what it believes to hold, and what it did not hear an answer to.
#[derive(Debug, Clone, Default)]
struct Mind {
    holds: Vec<(TaskId, Seq)>,
    unheard: Vec<Asked>,
}

/// Rounds after the trouble in which everything has to end.
const ROUNDS_MAX: u32 = 3_000;

struct Sim {
    chance: Chance,
    disk: SimDisk,
    node: Option<Node>,
    held: Held,
    /// The bytes of every event that was acknowledged.
    known: Vec<String>,
    minds: BTreeMap<u64, Mind>,
    /// Questions for work that wait at the node.
    waiting: Vec<Asked>,
    wall: u64,
    tasks: u64,
    spare: u64,
    keys: u64,
    played: Played,
}

/// Plays a seed for so many steps. Panics where something is wrong.
pub fn play(seed: u64, steps: u64) -> Played {
    let mut sim = Sim {
        chance: Chance::new(seed ^ 0x7461_736b),
        disk: SimDisk::new(seed),
        node: None,
        held: Held::default(),
        known: Vec::new(),
        minds: (1..=ask::WORKERS).map(|it| (it, Mind::default())).collect(),
        waiting: Vec::new(),
        wall: 1_000_000,
        tasks: 0,
        spare: 0,
        keys: 0,
        played: Played::default(),
    };
    let played = catch_unwind(AssertUnwindSafe(|| sim.play(steps)));
    if let Err(panic) = played {
        let tail = sim.known.len().saturating_sub(12);
        eprintln!(
            "seed {seed}, the last events:\n{}",
            sim.known[tail..].join("\n")
        );
        resume_unwind(panic);
    }
    sim.played
}

impl Sim {
    fn play(&mut self, steps: u64) {
        self.start();
        self.batch(vec![schedule::create_mesh()]);
        self.batch(ask::beginning());
        for _ in 0..steps {
            self.wall += self.chance.below(1500);
            if self.chance.once_in(60) {
                // A computer that slept.
                self.wall += 120_000;
            }
            self.trouble();
            let batch = self.gather();
            self.batch(batch);
        }
        self.settle();
        self.restart(true);
        self.played.events = self.known.len() as u64;
        self.played.tasks = self.held.tasks.len() as u64;
    }

    fn node(&mut self) -> &mut Node {
        self.node.as_mut().expect("the node runs")
    }

    fn trouble(&mut self) {
        match self.chance.below(40) {
            0 => drop(self.node().snapshot()),
            1 => self.restart(false),
            2 => self.restart(true),
            3..=6 => {
                let faults = [
                    Fault::PowerCut,
                    Fault::Error,
                    Fault::ShortWrite,
                    Fault::FailedSync,
                    Fault::DiskFull,
                ];
                let fault = *self.chance.pick(&faults).expect("there are some");
                let point = self.disk.io_points() + 1 + self.chance.below(6);
                self.disk.fail_at(point, fault);
            }
            7 => self.disk.make_space(),
            8..=10 => {
                // A worker dies and forgets everything, also what it was about to send.
                let number = 1 + self.chance.below(ask::WORKERS);
                self.minds.insert(number, Mind::default());
                self.gone(number);
                self.played.deaths += 1;
            }
            11 => {
                // A worker waits no more.
                let number = 1 + self.chance.below(ask::WORKERS);
                self.gone(number);
            }
            _ => {}
        }
        if self.disk.is_off() {
            self.restart(true);
        }
    }

    /// Whoever is gone gets nothing more: every event belongs to an answer.
    fn gone(&mut self, number: u64) {
        let who = Some(person(number));
        self.waiting
            .retain(|asked| asked.actor.participant() != who);
    }

    fn gather(&mut self) -> Vec<Asked> {
        let mut batch = Vec::new();
        for _ in 0..1 + self.chance.below(6) {
            for mut asked in self.call() {
                if asked.actor.participant().is_some() && !self.chance.once_in(4) {
                    self.keys += 1;
                    asked.key.get_or_insert(ask::key(self.keys));
                }
                batch.push(asked);
            }
        }
        batch
    }

    /// The commands of one call.
    fn call(&mut self) -> Vec<Asked> {
        if !self.chance.once_in(10) {
            return vec![self.ask()];
        }
        let number = 1 + self.chance.below(ask::WORKERS);
        let holds = &self.minds[&number].holds;
        self.played.together += u64::from(holds.len() > 1);
        ask::finish_all(number, holds, &mut self.spare)
    }

    fn ask(&mut self) -> Asked {
        let number = 1 + self.chance.below(ask::WORKERS);
        let mind = self.minds.get_mut(&number).expect("all workers are there");
        if let Some(unheard) = mind.unheard.pop() {
            return unheard;
        }
        match self.chance.below(20) {
            0..3 => ask::create(&mut self.chance, &mut self.tasks),
            3..5 => ask::tick(),
            5..8 => {
                let count = 1 + self.chance.below(3) as u8;
                let lease = 10_000 + self.chance.below(20_000) as u32;
                ask::take(number, count, lease, self.chance.once_in(2))
            }
            8 => ask::enrol(number),
            9 if self.tasks > 0 => {
                let id = ask::task(self.chance.below(self.tasks));
                ask::steer(&mut self.chance, id)
            }
            10 => {
                // Somebody shows a number that may be anybody's and any time's.
                let all: Vec<_> = self
                    .minds
                    .values()
                    .flat_map(|it| it.holds.clone())
                    .collect();
                match self.chance.pick(&all).copied() {
                    Some((id, fence)) => {
                        ask::hold(&mut self.chance, number, id, fence, &mut self.spare)
                    }
                    None => ask::tick(),
                }
            }
            _ => match self.chance.pick(&mind.holds).copied() {
                Some((id, fence)) => {
                    ask::hold(&mut self.chance, number, id, fence, &mut self.spare)
                }
                None => ask::take(number, 1, 10_000, self.chance.once_in(2)),
            },
        }
    }

    fn batch(&mut self, mut batch: Vec<Asked>) {
        let wall = Millis(self.wall);
        // Every other question for work waits if there is nothing.
        let chance = &mut self.chance;
        let waits = |asked: &mut Asked| ask::takes(asked) && chance.once_in(2);
        let new: Vec<Asked> = batch.extract_if(.., waits).collect();
        let before = std::mem::take(&mut self.waiting);
        let node = self.node.as_mut().expect("the node runs");
        let step = node.step_waiting(wall, &mut self.chance, &batch, [&before, &new]);
        let woken = step.woken.iter().map(|(_, answer)| answer);
        let failed = step
            .answers
            .iter()
            .chain(woken)
            .find_map(|answer| match answer {
                Err(refusal) => failure(refusal.code),
                Ok(_) => None,
            });
        let waiting: Vec<Asked> = before.into_iter().chain(new).collect();
        match failed {
            None => self.answered(&batch, waiting, &step),
            Some(code) => self.failed(batch, waiting, &step, code),
        }
        self.check();
    }

    /// Each answer in turn, with the events that belong to it.
    fn answered(&mut self, batch: &[Asked], waiting: Vec<Asked>, step: &Step) {
        // Frames without a gap, too.
        self.node().pushed();
        let stored = step.batch.as_ref().map(|batch| &batch.events[..]);
        let stored = stored.unwrap_or_default();
        for (asked, answer) in batch.iter().zip(&step.answers) {
            self.judge(asked, answer);
            let Ok(outcome) = answer else { continue };
            self.take_in_all(outcome, stored);
        }
        let mut woken = step.woken.iter().peekable();
        for (at, asked) in waiting.into_iter().enumerate() {
            let Some((_, answer)) = woken.next_if(|(place, _)| *place == at) else {
                self.waiting.push(asked);
                continue;
            };
            let Ok(outcome) = answer else { continue };
            assert!(outcome.count > 0, "who gets nothing goes on waiting");
            let minds = self.minds.clone();
            self.take_in_all(outcome, stored);
            self.played.waited += u64::from(!outcome.replayed);
            if !outcome.replayed && self.chance.once_in(6) {
                // The worker was gone at that moment: it never hears of it, and the lease ends.
                self.minds = minds;
                self.played.unheard += 1;
            }
        }
        assert_eq!(woken.next(), None, "an answer to nobody");
        assert_eq!(
            self.node().writer.tail().seq,
            self.known.len() as u64,
            "every event belongs to an answer"
        );
    }

    fn take_in_all(&mut self, outcome: &Outcome, stored: &[Committed]) {
        if outcome.replayed || outcome.count == 0 {
            return;
        }
        for event in stored {
            if (outcome.first..=outcome.last()).contains(&event.seq) {
                self.take_in(event);
            }
        }
    }

    /// What shows a number that does not hold is refused, unless it only repeats what was taken in.
    fn judge(&mut self, asked: &Asked, answer: &Result<Outcome, Refusal>) {
        let (Some((id, fence)), Some(me)) = (shown(&asked.command), asked.actor.participant())
        else {
            return;
        };
        if self.held.holds(id, fence, me) {
            return;
        }
        match answer {
            Ok(outcome) => {
                let repeats = outcome.count == 0 && self.held.brought(id, fence, me);
                assert!(
                    repeats || outcome.replayed,
                    "an old number counted: {asked:?}: {answer:?}"
                );
            }
            Err(_) => {
                self.played.stale += 1;
                self.forget(me, id, fence);
            }
        }
    }

    fn forget(&mut self, who: ParticipantId, id: TaskId, fence: Seq) {
        // Now and then it does not listen, and tries again later.
        if self.chance.once_in(4) {
            return;
        }
        for (number, mind) in &mut self.minds {
            if person(*number) == who {
                mind.holds.retain(|held| *held != (id, fence));
            }
        }
    }

    fn take_in(&mut self, event: &Committed) {
        self.held.take(event.seq, event.by.actor, &event.facts);
        self.known.push(line(event));
        match &event.facts {
            Facts::Task(TaskFacts::Taken(facts)) => {
                self.played.attempts += 1;
                for (number, mind) in &mut self.minds {
                    if person(*number) == facts.worker {
                        mind.holds.push((facts.task, event.seq));
                        let old = mind.holds.len().saturating_sub(8);
                        mind.holds.drain(..old);
                    }
                }
            }
            Facts::Task(TaskFacts::Finished(_)) => self.played.results += 1,
            Facts::Task(TaskFacts::AttemptFailed(facts))
                if facts.cause == mesh_model::events::FailureCause::LeaseExpired =>
            {
                self.played.lost += 1;
            }
            _ => {}
        }
    }

    /// Nobody was told anything. Clients ask again with their keys.
    fn failed(&mut self, mut batch: Vec<Asked>, waiting: Vec<Asked>, step: &Step, code: ErrorCode) {
        let goes_on = self.node().writer.closed().is_none() && !self.disk.is_off();
        let before = self.known.len() as u64;
        for (at, asked) in waiting.into_iter().enumerate() {
            // Who was not named waits on, unless the process is gone, and with it every connection.
            if goes_on && step.woken.iter().all(|(place, _)| *place != at) {
                self.waiting.push(asked)
            } else {
                batch.push(asked)
            }
        }
        if goes_on {
            assert_eq!(code, ErrorCode::NotStored);
            self.node().pushed();
            assert_eq!(self.node().writer.tail().seq, before);
        } else {
            self.restart_process();
            let stored = self.known.len() as u64 > before;
            assert!(!stored || code != ErrorCode::NotStored);
        }
        self.disk.make_space();
        self.unheard(batch);
    }

    /// Clients that heard nothing ask again.
    fn unheard(&mut self, batch: Vec<Asked>) {
        for asked in batch {
            let who = asked.actor.participant();
            let keyed = asked.key.is_some();
            for (number, mind) in &mut self.minds {
                if keyed && Some(person(*number)) == who {
                    mind.unheard.push(asked.clone());
                }
            }
        }
    }

    fn restart(&mut self, power: bool) {
        if power {
            self.disk.power_off();
        }
        self.restart_process();
    }

    fn restart_process(&mut self) {
        let off = self.disk.is_off();
        self.node = None;
        // Every connection ended with it. Clients ask again with their keys.
        let waiting = std::mem::take(&mut self.waiting);
        self.unheard(waiting);
        if off {
            self.disk.power_on()
        } else {
            self.disk.kill_process()
        }
        self.start();
        self.reread();
        self.played.restarts += 1;
    }

    fn start(&mut self) {
        let mut started = Node::start(&self.disk, false);
        if self.disk.is_off() {
            drop(started);
            self.disk.power_on();
            started = Node::start(&self.disk, false);
        }
        self.node = Some(started.unwrap_or_else(|why| panic!("the node does not start: {why}")));
    }

    /// Reads everything from the disk: what was acknowledged is there, as it was, and the state is the log's.
    fn reread(&mut self) {
        let node = self.node.as_ref().expect("the node runs");
        let log = node.writer.log();
        log.verify(&Trust::AnyKey).expect("the chain verifies");
        let (mut replayed, mut held, mut lines) = (State::new(), Held::default(), Vec::new());
        let mut new = Vec::new();
        let known = self.known.len();
        let read = log.reader().read_checked(Tail::EMPTY, |record| {
            let event = Committed::read(&record).expect("every event can be read");
            held.take(event.seq, event.by.actor, &event.facts);
            lines.push(line(&event));
            apply(
                &mut replayed,
                &Stored {
                    seq: event.seq,
                    at: event.at,
                    by: &event.by,
                    facts: &event.facts,
                },
            );
            if lines.len() > known {
                new.push(event);
            }
            ControlFlow::Continue(())
        });
        read.expect("the log can be read");
        assert!(
            lines.len() >= known && lines[..known] == self.known[..],
            "what was acknowledged is not what is stored"
        );
        assert!(
            replayed == *node.writer.state(),
            "the state is not the one the log gives"
        );
        for event in &new {
            self.take_in(event);
        }
        assert!(held == self.held, "the log tells another story");
    }

    /// The machine and the reference agree about every task.
    fn check(&mut self) {
        let node = self.node.as_ref().expect("the node runs");
        let work = &node.writer.state().work;
        if let Err(what) = work.check() {
            panic!("{what}");
        }
        assert_eq!(work.tasks().count(), self.held.tasks.len(), "tasks");
        for (id, known) in &self.held.tasks {
            let task = work.task(*id).expect("no task is lost");
            let attempt = task.attempt.as_ref();
            let holds = attempt.map(|attempt| (attempt.fence, attempt.worker));
            assert_eq!(holds, known.held, "who holds {id}");
            assert_eq!(task.state.is_ended(), known.ended, "whether {id} is over");
            let runs = known.held.is_some() && known.begun;
            assert_eq!(task.state == TaskState::Running, runs, "whether {id} runs");
        }
        let open = work.alerts().all_open();
        let open = open.map(|it| (it.cause, (it.raised.expect("it is open"), it.escalated)));
        assert!(open.eq(self.held.alerts.clone()), "the open alerts");
    }

    /// Trouble is over and all workers are there: everything ends.
    fn settle(&mut self) {
        self.restart(true);
        self.minds
            .values_mut()
            .for_each(|mind| *mind = Mind::default());
        let fresh = (1..=ask::WORKERS).map(ask::enrol).collect();
        self.batch(fresh);
        for _ in 0..ROUNDS_MAX {
            let work = &self.node().writer.state().work;
            if work.open() == 0 {
                return;
            }
            let open: Vec<(TaskId, TaskState, bool)> = work
                .tasks()
                .filter(|task| task.ended.is_none())
                .map(|task| (task.id, task.state, task.assigned.is_some()))
                .collect();
            self.wall += 2_000;
            let mut batch = vec![ask::tick()];
            for (id, state, assigned) in open {
                match state {
                    TaskState::Paused => batch.push(ask::resume(id)),
                    TaskState::Blocked => batch.push(ask::resolve(id, Resolution::Fail)),
                    // Whom it was for may have failed at it too often to get anything at present.
                    TaskState::Queued if assigned => batch.push(ask::anybody(id)),
                    _ => {}
                }
            }
            let minds = std::mem::take(&mut self.minds);
            for (number, mind) in &minds {
                for (id, fence) in &mind.holds {
                    let spare = &mut self.spare;
                    batch.push(ask::finish(*number, *id, *fence, 95, spare));
                }
                batch.push(ask::take(*number, 4, 30_000, true));
            }
            let empty = |(number, _)| (number, Mind::default());
            self.minds = minds.into_iter().map(empty).collect();
            self.batch(batch);
        }
        let work = &self.node().writer.state().work;
        let open: Vec<_> = work.tasks().filter(|task| task.ended.is_none()).collect();
        panic!("these do not end: {open:#?}");
    }
}

/// The number that a command shows.
fn shown(command: &Command) -> Option<(TaskId, Seq)> {
    let Command::Task(command) = command else {
        return None;
    };
    match command {
        TaskCommand::Start { task, fence }
        | TaskCommand::Extend { task, fence, .. }
        | TaskCommand::Progress { task, fence, .. }
        | TaskCommand::HandOff { task, fence, .. }
        | TaskCommand::Fail { task, fence, .. }
        | TaskCommand::Finish { task, fence, .. } => Some((*task, *fence)),
        _ => None,
    }
}

/// An event on one line.
fn line(event: &Committed) -> String {
    let facts = event.facts.encode().expect("facts are JSON");
    format!(
        "{} {} {:?} {} {}",
        event.seq,
        event.at.0,
        event.by.actor,
        event.facts.kind(),
        facts.get()
    )
}

/// Codes that say that the disk failed, not that a rule forbids.
fn failure(code: ErrorCode) -> Option<ErrorCode> {
    matches!(
        code,
        ErrorCode::NotStored | ErrorCode::OutcomeUnknown | ErrorCode::ReadOnly
    )
    .then_some(code)
}

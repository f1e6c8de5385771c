//! `task.take`: waits for a change, not by asking again and again

use std::sync::atomic::Ordering;
use std::time::Duration;

use mesh_core::Work;
use mesh_model::command::{TakeTasks, TaskCommand};
use mesh_model::events::{TaskState, WorkerMode};
use mesh_model::limits::{
    MEMORY_TOKENS_DEFAULT, MEMORY_TOKENS_MAX, TAKE_GRACE_MS, TAKES_TRIED_MAX, WAIT_MS_MAX,
};
use mesh_node::Wait;
use tokio::time::Instant;

use crate::ops::task::taken;
use crate::prelude::*;

/// A task is looked for again when whoever is better had their time, and a little.
const GRACE: Duration = Duration::from_millis(TAKE_GRACE_MS + 5);
/// Waiting workers leave so much time between two questions of one of them, each: together they ask 5,000 times a second.
const PAUSE_EACH: Duration = Duration::from_micros(200);

impl Run for TaskTake {
    async fn run(door: &Door, call: &Call, input: TaskTakeInput) -> Result<TasksTaken, Refusal> {
        let command = command(&input)?;
        let wait = input.wait_ms.unwrap_or_default().min(WAIT_MS_MAX);
        let wanted = wanted(&input);
        let mut waits = Waiting::new(door, call, wait)?;
        let outcome = match wait {
            0 => Some(call.submit(door, command).await?),
            _ => waits.take(command).await?,
        };
        match outcome {
            Some(outcome) if outcome.count > 0 => taken::taken(door, call, &outcome, &wanted).await,
            nothing => Ok(TasksTaken {
                items: Vec::new(),
                again_ms: waits.again_ms(),
                seq: nothing.map_or_else(|| door.node().head(), |outcome| outcome.last()),
            }),
        }
    }
}

/// What is to go with the tasks.
fn wanted(input: &TaskTakeInput) -> taken::Wanted {
    let tokens = input.memory_tokens.unwrap_or(MEMORY_TOKENS_DEFAULT);
    taken::Wanted {
        tokens: tokens.min(MEMORY_TOKENS_MAX),
        start: input.start,
    }
}

/// A question for work behind something else: it does not wait, so that the answer to that does not either.
pub(crate) struct Behind {
    pub command: Command,
    wanted: taken::Wanted,
}

impl Behind {
    pub fn new(input: &TaskTakeInput) -> Result<Behind, Refusal> {
        if input.wait_ms.is_some() {
            return Err(refuse::invalid(
                "the field 'take.wait_ms' is given, but results are answered at once",
                "leave it out, and send a task.take that waits behind this call",
            ));
        }
        Ok(Behind {
            command: command(input)?,
            wanted: wanted(input),
        })
    }

    /// What it brought.
    pub async fn taken(
        &self,
        door: &Door,
        call: &Call,
        outcome: Result<Outcome, Refusal>,
    ) -> Result<TasksTaken, Refusal> {
        let outcome = outcome?;
        if outcome.count > 0 {
            return taken::taken(door, call, &outcome, &self.wanted).await;
        }
        let again = may_fit(&door.node().work(), call.me()?);
        Ok(TasksTaken {
            items: Vec::new(),
            again_ms: again.then_some(TAKE_GRACE_MS),
            seq: outcome.last(),
        })
    }
}

fn command(input: &TaskTakeInput) -> Result<Command, Refusal> {
    let count = input.count.unwrap_or(1);
    if count == 0 {
        return Err(
            refuse::invalid("the field 'count' is 0", "ask for 1 to 64 tasks")
                .so(Effect::NothingTaken),
        );
    }
    Ok(Command::Task(TaskCommand::Take(TakeTasks {
        count,
        lease_ms: input.lease_ms,
        start: input.start,
    })))
}

/// What ended a question for work.
enum Ended {
    /// An answer.
    Answered(Result<Outcome, Refusal>),
    /// Another one may bring more.
    Again,
    /// Time is over, or nothing more will come.
    Over,
}

/// A worker that waits for a task. The writer tries it with every batch that changes work; it asks anew only when
/// whoever is better had their time, or where more wait than the writer tries at once.
struct Waiting<'a> {
    door: &'a Door,
    call: &'a Call,
    me: ParticipantId,
    changed: tokio::sync::watch::Receiver<Seq>,
    stopping: tokio::sync::watch::Receiver<bool>,
    until: Instant,
    asked: Instant,
    /// When the last change was heard of that may have brought a task.
    heard: Instant,
    counted: bool,
}

impl<'a> Waiting<'a> {
    fn new(door: &'a Door, call: &'a Call, wait_ms: u32) -> Result<Waiting<'a>, Refusal> {
        let now = Instant::now();
        Ok(Waiting {
            door,
            call,
            me: call.me()?,
            changed: door.node().takes(),
            stopping: door.node().stopping(),
            until: now + Duration::from_millis(u64::from(wait_ms)),
            asked: now,
            heard: now,
            counted: false,
        })
    }

    /// Asks until there is something or time is over.
    async fn take(&mut self, command: Command) -> Result<Option<Outcome>, Refusal> {
        self.counted = true;
        self.door.waiting_workers().fetch_add(1, Ordering::Relaxed);
        loop {
            self.asked = Instant::now();
            let mut wait = self.call.submit_waiting(self.door, command.clone())?;
            let ended = self.rest(&mut wait).await;
            let over = matches!(ended, Ended::Over);
            let answer = match ended {
                Ended::Answered(answer) => Some(answer),
                // The writer may be giving it something at this moment.
                Ended::Again | Ended::Over => wait.leave().await,
            };
            match answer {
                Some(answer) => {
                    let outcome = self.call.heard(answer?);
                    if outcome.count > 0 || over {
                        return Ok(Some(outcome));
                    }
                }
                None if over => return Ok(None),
                None => {}
            }
        }
    }

    async fn rest(&mut self, wait: &mut Wait) -> Ended {
        // Whoever is better goes first, once for every change that may have brought something.
        let mut again = (self.asked < self.heard + GRACE).then_some(self.heard + GRACE);
        loop {
            let until = again.unwrap_or(self.until).min(self.until);
            let changed = tokio::select! {
                biased;
                answer = wait.answered() => return Ended::Answered(answer),
                _ = self.stopping.wait_for(|stops| *stops) => return Ended::Over,
                changed = self.changed.changed() => Some(changed.is_ok()),
                () = tokio::time::sleep_until(until) => None,
            };
            match changed {
                Some(true) => {}
                Some(false) => return Ended::Over,
                None if Instant::now() >= self.until => return Ended::Over,
                None if self.may_fit() => return Ended::Again,
                None => {
                    again = None;
                    continue;
                }
            }
            self.heard = Instant::now();
            if self.is_worker() {
                let waiting = self.door.waiting_workers().load(Ordering::Relaxed);
                let pause = PAUSE_EACH * u32::try_from(waiting).unwrap_or(u32::MAX).min(5_000);
                again = Some(if waiting > TAKES_TRIED_MAX {
                    self.asked + pause
                } else {
                    self.heard + GRACE
                });
            } else {
                return Ended::Again;
            }
        }
    }

    /// Whoever is no worker any more is told so by asking.
    fn is_worker(&self) -> bool {
        let work = self.door.node().work();
        work.worker(self.me).is_some_and(|worker| worker.online)
    }

    /// Whether there is a task at all and a slot for it. Whoever is no worker any more is told so.
    fn may_fit(&self) -> bool {
        may_fit(&self.door.node().work(), self.me)
    }

    /// When whoever had to wait for better ones may ask again.
    fn again_ms(&self) -> Option<u64> {
        let left = (self.heard + GRACE).saturating_duration_since(Instant::now());
        let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        (left > 0 && self.may_fit()).then_some(left)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.counted {
            self.door.waiting_workers().fetch_sub(1, Ordering::Relaxed);
        }
    }
}

fn may_fit(work: &Work, me: ParticipantId) -> bool {
    let Some(worker) = work.worker(me).filter(|worker| worker.online) else {
        return true;
    };
    !work.is_stopped()
        && work.count(TaskState::Queued) > 0
        && worker.mode == WorkerMode::Open
        && worker.running().len() < usize::from(worker.slots())
}

//! `task.take`: waits for a change, not by asking again and again

use std::sync::atomic::Ordering;
use std::time::Duration;

use mesh_core::Work;
use mesh_model::command::TaskCommand;
use mesh_model::events::{TaskState, WorkerMode};
use mesh_model::limits::{MEMORY_TOKENS_DEFAULT, MEMORY_TOKENS_MAX, TAKE_GRACE_MS, WAIT_MS_MAX};
use tokio::time::Instant;

use crate::ops::task::taken;
use crate::prelude::*;

/// A task is looked for again when whoever is better had their time, and a little.
const GRACE: Duration = Duration::from_millis(TAKE_GRACE_MS + 5);
/// Waiting workers leave so much time between two tries of one of them, each: together they try 5,000 times a second.
const PAUSE_EACH: Duration = Duration::from_micros(200);
/// Nobody pauses for less.
const PAUSE_MIN: Duration = Duration::from_millis(1);

impl Run for TaskTake {
    async fn run(door: &Door, call: &Call, input: TaskTakeInput) -> Result<TasksTaken, Refusal> {
        let command = command(&input)?;
        let wait = input.wait_ms.unwrap_or_default().min(WAIT_MS_MAX);
        let tokens = input.memory_tokens.unwrap_or(MEMORY_TOKENS_DEFAULT);
        let mut waits = Waiting::new(door, call, wait)?;
        loop {
            let outcome = waits.take(command.clone()).await?;
            if outcome.count > 0 {
                return taken::taken(door, call, &outcome, tokens.min(MEMORY_TOKENS_MAX)).await;
            }
            if !waits.for_more().await {
                return Ok(TasksTaken {
                    items: Vec::new(),
                    again_ms: waits.again_ms(),
                    seq: outcome.last(),
                });
            }
        }
    }
}

fn command(input: &TaskTakeInput) -> Result<Command, Refusal> {
    let count = input.count.unwrap_or(1);
    if count == 0 {
        return Err(refuse::invalid(
            "the field 'count' is 0; nothing was taken",
            "ask for 1 to 64 tasks",
        ));
    }
    Ok(Command::Task(TaskCommand::Take {
        count,
        lease_ms: input.lease_ms,
    }))
}

/// What ended a rest.
enum Woken {
    /// Something about work is different.
    Changed,
    /// Its time.
    Time,
    /// Nothing more will come.
    Over,
}

/// A worker that waits for a task.
struct Waiting<'a> {
    door: &'a Door,
    call: &'a Call,
    me: ParticipantId,
    changed: tokio::sync::watch::Receiver<Seq>,
    stopping: tokio::sync::watch::Receiver<bool>,
    until: Instant,
    tried: Instant,
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
            changed: door.node().work_changed(),
            stopping: door.node().stopping(),
            until: now + Duration::from_millis(u64::from(wait_ms)),
            tried: now,
            heard: now,
            counted: false,
        })
    }

    async fn take(&mut self, command: Command) -> Result<Outcome, Refusal> {
        self.tried = Instant::now();
        if self.changed.has_changed().unwrap_or_default() {
            self.heard = self.tried;
        }
        self.changed.borrow_and_update();
        self.call.submit(self.door, command).await
    }

    /// Whether trying again may help; if not, time is over.
    async fn for_more(&mut self) -> bool {
        if Instant::now() >= self.until {
            return false;
        }
        if !self.counted {
            self.counted = true;
            self.door.waiting_workers().fetch_add(1, Ordering::Relaxed);
        }
        // Whoever is better goes first, once for every change that may have brought something.
        let mut grace = self.tried < self.heard + GRACE;
        loop {
            let graced = match grace && self.may_fit() {
                true => self.heard + GRACE,
                false => self.until,
            };
            let woken = tokio::select! {
                changed = self.changed.changed() => {
                    if changed.is_ok() { Woken::Changed } else { Woken::Over }
                }
                () = tokio::time::sleep_until(graced.min(self.until)) => Woken::Time,
                _ = self.stopping.wait_for(|stops| *stops) => Woken::Over,
            };
            match woken {
                Woken::Over => return false,
                Woken::Time => return Instant::now() < self.until,
                Woken::Changed => {}
            }
            grace = true;
            self.heard = Instant::now();
            if self.may_fit() {
                return self.pause().await;
            }
        }
    }

    /// Many that wait do not all ask for every change.
    async fn pause(&self) -> bool {
        let waiting = u32::try_from(self.door.waiting_workers().load(Ordering::Relaxed));
        let next = self.tried + PAUSE_EACH * waiting.unwrap_or(u32::MAX).min(5_000);
        // The timer counts whole milliseconds: a shorter pause would become one, and few that wait ask seldom anyway.
        if next > Instant::now() + PAUSE_MIN {
            tokio::time::sleep_until(next.min(self.until)).await;
        }
        Instant::now() < self.until
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

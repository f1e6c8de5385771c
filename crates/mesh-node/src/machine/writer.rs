//! The one writer: commands in, durable events and truthful answers out.
//!
//! Within a batch each decision sees the ones before it. If the batch cannot be stored, the
//! state is loaded anew from the log; there is no code that takes anything back.

mod read;
mod waiting;

use std::ops::ControlFlow;
use std::sync::Arc;

use mesh_core::{Access, FINGERPRINT, State, Stored, Work, apply, decide};
use mesh_log::{AppendError, Log, LogEvent, ReadError, Record, Tail};
use mesh_model::events::{By, CommandKey, Facts, UnreadableFacts};
use mesh_model::{
    Actor, Command, Ctx, Effect, ErrorCode, Millis, NewEvent, Permission, Refusal, Seq, Within,
};
use serde_json::value::{RawValue, to_raw_value};

pub use waiting::Waiting;

/// A command on its way to the writer.
#[derive(Debug, Clone)]
pub struct Submission {
    /// What is wanted.
    pub command: Command,
    /// Who wants it.
    pub actor: Actor,
    /// The permission its operation needs.
    pub requires: Option<Permission>,
    /// The client's idempotency key.
    pub key: Option<CommandKey>,
    /// By which context it comes.
    pub within: Within,
}

/// A command was carried out; its events are durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// Its first event; with no events the log's end.
    pub first: Seq,
    /// How many events. None: everything was as wanted already.
    pub count: u32,
    /// When.
    pub at: Millis,
    /// Whether it was carried out before, under the same key.
    pub replayed: bool,
}

impl Outcome {
    /// Its last event.
    pub fn last(&self) -> Seq {
        Seq(self.first.0 + u64::from(self.count.max(1)) - 1)
    }
}

/// A stored event with everything readers of a batch need.
#[derive(Debug, Clone)]
pub struct Committed {
    /// Its place.
    pub seq: Seq,
    /// When.
    pub at: Millis,
    /// Who did it.
    pub by: By,
    /// What is for good.
    pub facts: Facts,
    /// What can be erased.
    pub content: Option<Box<RawValue>>,
}

/// Events that became durable together, and the state of things after them.
#[derive(Debug)]
pub struct Batch {
    /// The events, in order; never empty.
    pub events: Vec<Committed>,
    /// Who may what, after them.
    pub access: Arc<Access>,
    /// Whether `access` differs from before.
    pub access_changed: bool,
    /// Tasks, workers and what they wait for, after them.
    pub work: Arc<Work>,
    /// Whether `work` differs from before.
    pub work_changed: bool,
}

/// What one step gives.
#[derive(Debug)]
pub struct Step {
    /// An answer for each submission, in order.
    pub answers: Vec<Result<Outcome, Refusal>>,
    /// What came to those that wait: the place in their list, and the answer. Whoever is not named goes on waiting.
    pub woken: Vec<(usize, Result<Outcome, Refusal>)>,
    /// What was stored, if anything was.
    pub batch: Option<Batch>,
}

/// Why the writer could not begin, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event means something this program does not know.
    #[error("event {seq}: {source}")]
    Facts {
        /// Where.
        seq: Seq,
        /// What.
        source: UnreadableFacts,
    },
    /// The header of an event has no author in the form this program knows.
    #[error("event {seq} does not say who did it in a form this program knows: {source}")]
    By {
        /// Where.
        seq: Seq,
        /// What serde says.
        source: serde_json::Error,
    },
}

/// Events decided and applied that are not stored yet.
#[derive(Debug, Default)]
struct Unstored {
    events: Vec<Committed>,
    /// For each event the salt that whoever signed its content chose.
    salts: Vec<Option<[u8; 16]>>,
}

/// The writer: the state and the log that it is true to.
#[derive(Debug)]
pub struct Writer<L: Log> {
    log: L,
    state: State,
    tail: Tail,
    access: Arc<Access>,
    work: Arc<Work>,
    /// After which event the snapshot was taken that it began with.
    resumed: Seq,
    /// Why no command is taken, once that is so.
    closed: Option<Refusal>,
}

impl<L: Log> Writer<L> {
    /// Loads the state from the newest usable snapshot and the log after it. `progress` hears
    /// where it is.
    pub fn open(log: L, progress: &mut dyn FnMut(Seq)) -> Result<Writer<L>, WriterError> {
        let (mut state, resumed) = begin(&log);
        let closed = match replay(&log, &mut state, resumed, progress) {
            Ok(()) => None,
            // The log is sound, but this program is too old for it: reading goes on.
            Err(error @ WriterError::Facts { .. }) => Some(too_new(&error)),
            Err(error) => return Err(error),
        };
        let access = Arc::new(state.access.clone());
        let work = Arc::new(state.work.clone());
        Ok(Writer {
            tail: log.tail(),
            log,
            state,
            access,
            work,
            resumed: Seq(resumed.seq),
            closed,
        })
    }

    /// The state, as durable.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Who may what, as published.
    pub fn access(&self) -> &Arc<Access> {
        &self.access
    }

    /// Tasks and workers, as published.
    pub fn work(&self) -> &Arc<Work> {
        &self.work
    }

    /// After which event the snapshot was taken that it began with; 0 without one.
    pub fn resumed(&self) -> Seq {
        self.resumed
    }

    /// The log.
    pub fn log(&self) -> &L {
        &self.log
    }

    /// The last durable event.
    pub fn tail(&self) -> Tail {
        self.tail
    }

    /// Why no command is taken, if that is so.
    pub fn closed(&self) -> Option<&Refusal> {
        self.closed.as_ref()
    }

    /// Decides the submissions in order, then those that wait if they may get something now, stores what all that leads
    /// to as one batch, and answers. `wall` is the clock; time in the log never runs backwards all the same.
    pub fn step(
        &mut self,
        wall: Millis,
        salt: &mut dyn FnMut() -> [u8; 16],
        submissions: Vec<Submission>,
        waiting: Waiting<'_>,
    ) -> Step {
        if let Some(refusal) = &self.closed {
            let answers = submissions.iter().map(|_| Err(refusal.clone())).collect();
            return Step {
                answers,
                woken: waiting.all(refusal),
                batch: None,
            };
        }
        let access_before = self.state.access.changed();
        let work_before = self.state.work.changed();
        let mut new = Unstored::default();
        let answers: Vec<_> = submissions
            .into_iter()
            .map(|submission| self.take(wall, submission, &mut new))
            .collect();
        let changed = self.state.access.changed() != access_before
            || self.state.work.changed() != work_before;
        let woken = self.wake(wall, waiting, changed, &mut new);
        if new.events.is_empty() {
            return Step {
                answers,
                woken,
                batch: None,
            };
        }
        match self.store(salt, &new) {
            Ok(tail) => {
                self.tail = tail;
                let access_changed = self.state.access.changed() != access_before;
                if access_changed {
                    self.access = Arc::new(self.state.access.clone());
                }
                let work_changed = self.state.work.changed() != work_before;
                if work_changed {
                    self.work = Arc::new(self.state.work.clone());
                }
                Step {
                    answers,
                    woken,
                    batch: Some(Batch {
                        events: new.events,
                        access: Arc::clone(&self.access),
                        access_changed,
                        work: Arc::clone(&self.work),
                        work_changed,
                    }),
                }
            }
            Err(error) => {
                let refusal = self.recover(&error);
                // Refusals too: they may rest on decisions that were not stored after all.
                let answers = answers.iter().map(|_| Err(refusal.clone())).collect();
                let woken = woken.into_iter().map(|(at, _)| (at, Err(refusal.clone())));
                Step {
                    answers,
                    woken: woken.collect(),
                    batch: None,
                }
            }
        }
    }

    /// One submission: replayed, refused, or decided and applied on top of what is not stored yet.
    fn take(
        &mut self,
        wall: Millis,
        submission: Submission,
        new: &mut Unstored,
    ) -> Result<Outcome, Refusal> {
        let Submission {
            command,
            actor,
            requires,
            key,
            within,
        } = submission;
        if let Some(answer) = self.replayed(actor, key, &new.events) {
            return answer;
        }
        let now = wall.max(self.state.time());
        let decided = decide(
            &self.state,
            &command,
            &Ctx {
                now,
                actor,
                requires,
                key,
                within,
            },
        )?;
        if decided.iter().any(|event| {
            event
                .content
                .as_ref()
                .is_some_and(|json| json.get().contains('\n'))
        }) {
            return Err(Refusal::new(
                ErrorCode::Internal,
                "the content was not in the form the log stores",
                Effect::NothingStored,
                "this is a bug of the node: please report it",
            ));
        }
        let first = Seq(self.tail.seq + new.events.len() as u64 + 1);
        let count = u32::try_from(decided.len()).unwrap_or(u32::MAX);
        for NewEvent {
            facts,
            content,
            salt,
        } in decided
        {
            let seq = Seq(self.tail.seq + new.events.len() as u64 + 1);
            let event = Committed {
                seq,
                at: now,
                by: By { actor, key },
                facts,
                content,
            };
            apply(
                &mut self.state,
                &Stored {
                    seq,
                    at: now,
                    by: &event.by,
                    facts: &event.facts,
                },
            );
            new.events.push(event);
            new.salts.push(salt);
        }
        let first = if count == 0 { Seq(first.0 - 1) } else { first };
        Ok(Outcome {
            first,
            count,
            at: now,
            replayed: false,
        })
    }

    /// The answer to a key that was used before.
    fn replayed(
        &self,
        actor: Actor,
        key: Option<CommandKey>,
        batch: &[Committed],
    ) -> Option<Result<Outcome, Refusal>> {
        let key = key?;
        let known = self.state.remembered(actor.participant()?, key.key)?;
        if known.request != key.request {
            return Some(Err(Refusal::new(
                ErrorCode::IdempotencyMismatch,
                "the idempotency key was used before for another request",
                Effect::NothingStored,
                "use a fresh key for each new request",
            )));
        }
        let unstored = batch
            .iter()
            .find(|event| event.seq == known.first)
            .map(|event| event.at);
        let stored = || {
            self.log
                .reader()
                .get(known.first.0, |record| Millis(record.at))
                .ok()
                .flatten()
        };
        let at = unstored.or_else(stored).unwrap_or(self.state.time());
        Some(Ok(Outcome {
            first: known.first,
            count: known.count,
            at,
            replayed: true,
        }))
    }

    fn store(
        &mut self,
        salt: &mut dyn FnMut() -> [u8; 16],
        new: &Unstored,
    ) -> Result<Tail, AppendError> {
        let events = &new.events;
        let mut parts = Vec::with_capacity(events.len());
        for event in events {
            // Our own plain types: writing them as JSON cannot fail.
            let by = to_raw_value(&event.by).expect("an author is JSON");
            let facts = event.facts.encode().expect("facts are JSON");
            parts.push((by, facts));
        }
        let lines: Vec<LogEvent<'_>> = events
            .iter()
            .zip(&parts)
            .zip(&new.salts)
            .map(|((event, (by, facts)), chosen)| LogEvent {
                at: event.at.0,
                kind: event.facts.kind(),
                v: event.facts.version(),
                by,
                facts,
                content: event.content.as_deref(),
                salt: chosen.unwrap_or_else(&mut *salt),
            })
            .collect();
        self.log.append(self.tail, &lines)
    }

    /// After a failed append: what is true of the batch, and a state that is true to the log.
    fn recover(&mut self, error: &AppendError) -> Refusal {
        let refusal = if error.is_not_stored() {
            Refusal::new(
                ErrorCode::NotStored,
                error.to_string(),
                Effect::told("what was acknowledged before is safe"),
                "see that the disk is not full and repeat the command",
            )
        } else {
            Refusal::new(
                ErrorCode::OutcomeUnknown,
                error.to_string(),
                Effect::told(
                    "it is there whole or not at all; what was acknowledged before is safe",
                ),
                "repeat the command with the same idempotency key once the node is up again",
            )
        };
        let loaded = if self.log.is_read_only() {
            None
        } else {
            let (mut state, from) = begin(&self.log);
            let replayed = replay(&self.log, &mut state, from, &mut |_| {});
            replayed.is_ok().then_some(state)
        };
        match loaded {
            Some(state) => self.state = state,
            None => self.closed = Some(read_only(&refusal)),
        }
        refusal
    }
}

fn read_only(why: &Refusal) -> Refusal {
    Refusal::new(
        ErrorCode::ReadOnly,
        format!(
            "the node takes no commands since a failure of the disk: {}",
            why.what
        ),
        Effect::NothingStored,
        "mend the disk and start the node again; reading goes on",
    )
}

fn too_new(why: &WriterError) -> Refusal {
    Refusal::new(
        ErrorCode::ReadOnly,
        format!("the log was written by a newer version: {why}"),
        Effect::NothingStored,
        "start the newer version; this one only reads",
    )
}

/// The state that the log holds. With an error comes the state up to the event before it.
/// The newest usable snapshot, or nothing: it is a cache, and without one the whole log is replayed.
fn begin<L: Log>(log: &L) -> (State, Tail) {
    let found = log.snapshots().load(FINGERPRINT).ok().flatten();
    found
        .and_then(|found| Some((serde_json::from_slice(&found.bytes).ok()?, found.tail)))
        .unwrap_or_else(|| (State::new(), Tail::EMPTY))
}

/// Takes into the state what the log has after `from`, as far as it can be read.
fn replay<L: Log>(
    log: &L,
    state: &mut State,
    from: Tail,
    progress: &mut dyn FnMut(Seq),
) -> Result<(), WriterError> {
    let mut failed = None;
    let read = log
        .reader()
        .read_checked(from, |record| match take_in(state, &record) {
            Ok(()) => {
                if record.seq.is_multiple_of(100_000) {
                    progress(Seq(record.seq));
                }
                ControlFlow::Continue(())
            }
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        });
    match failed {
        Some(error) => Err(error),
        None => read.map(drop).map_err(WriterError::from),
    }
}

fn take_in(state: &mut State, record: &Record<'_>) -> Result<(), WriterError> {
    let seq = Seq(record.seq);
    let facts = match Facts::decode(record.kind, record.v, record.facts.get()) {
        Ok(facts) => facts,
        Err(error) if error.ignorable() => return Ok(()),
        Err(source) => return Err(WriterError::Facts { seq, source }),
    };
    let by: By =
        serde_json::from_str(record.by.get()).map_err(|source| WriterError::By { seq, source })?;
    apply(
        state,
        &Stored {
            seq,
            at: Millis(record.at),
            by: &by,
            facts: &facts,
        },
    );
    Ok(())
}

//! Conflicts: two on one file, work that is done twice, decisions that contradict each other.
//!
//! What others' words say counts only where they come plain: a stranger's words, which a program gets in an envelope, raise
//! no alarm.

mod decisions;
mod edits;
mod sentences;
mod tasks;

pub use self::decisions::{Decided, decides};
pub use self::sentences::{changed_by_task, declared_paths, sentences};

use mesh_model::api::{FileBody, StreamItem, TaskOutput};
use mesh_model::events::{
    ContextFacts, Event, Facts, FileFacts, LeaseFacts, LeaseMode, MessageFacts, MessagePosted,
    TaskFacts,
};
use mesh_model::stream::ReceivedContent;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::decisions::Decisions;
use self::edits::{Edit, Edits, How};
use self::sentences::{Meant, declared};
use self::tasks::Tasks;
use crate::claim::Claim;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published, is_claim};
use crate::thresholds::{Threshold, Thresholds};

/// Rooms that are remembered.
const ROOMS_MAX: usize = 512;
/// The event type of its claims.
const ALERT: &str = "conflict-alert";

const SAID_MINUTES: Threshold = Threshold {
    name: "said-minutes",
    about: "how long somebody who says that they edit a file is taken to edit it",
    unit: "minutes",
    why: "an agent is done with a file, or says so again, within half an hour",
    default: 30,
    least: 1,
    most: 1440,
};
const PUT_SECONDS: Threshold = Threshold {
    name: "put-seconds",
    about: "within how many seconds two who changed one shared file are in each other's way",
    unit: "seconds",
    why: "whoever put a version later than that has most likely read the one before",
    default: 120,
    least: 1,
    most: 86_400,
};
const AGAIN_MINUTES: Threshold = Threshold {
    name: "again-minutes",
    about: "after how many minutes the same two on the same file are told of again",
    unit: "minutes",
    why: "what was told of and goes on is worth a word an hour",
    default: 60,
    least: 1,
    most: 10_080,
};
const SIMILAR: Threshold = Threshold {
    name: "similar",
    about: "from which nearness in percent two open tasks are the same work",
    unit: "percent",
    why: "wordings of one task come nearer than that, tasks of one kind about different things do not",
    default: 60,
    least: 30,
    most: 100,
};
const DECISION_DAYS: Threshold = Threshold {
    name: "decision-days",
    about: "how many days a decision is held against later ones",
    unit: "days",
    why: "what was decided a month ago is mostly known or out of date",
    default: 30,
    least: 1,
    most: 365,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "conflicts",
    says: "two on one file, work that is done twice, decisions that contradict each other",
    inputs: &[
        "context.set",
        "file.put",
        "lease.released",
        "lease.taken",
        "message.deleted",
        "message.posted",
        "message.redacted",
        "task.attempt_failed",
        "task.cancelled",
        "task.created",
        "task.decided",
        "task.finished",
        "task.handed_off",
        "task.paused",
        "task.progressed",
        "task.redacted",
        "task.resolved",
        "task.skipped",
        "task.taken",
    ],
    published: &[Published {
        kind: ALERT,
        about: "Two are in each other's way: one file, the same work, or decisions that contradict each other.",
        details: None,
    }],
    thresholds: &[
        SAID_MINUTES,
        PUT_SECONDS,
        AGAIN_MINUTES,
        SIMILAR,
        DECISION_DAYS,
        CLAIMS_PER_HOUR,
    ],
    start,
};

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(Conflicts {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    edits: Edits,
    tasks: Tasks,
    decisions: Decisions,
}

struct Conflicts {
    thresholds: Thresholds,
    memory: Memory,
}

impl Observer for Conflicts {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        if item.room.is_none() {
            return Vec::new();
        }
        // Most of any log is messages: their words are read once, and their facts not at all.
        if item.kind == MessagePosted::KIND {
            return self.said(item);
        }
        match item.event() {
            Some(Facts::Message(MessageFacts::Deleted(gone))) => self.forget(gone.message),
            Some(Facts::Message(MessageFacts::Redacted(gone))) => self.forget(gone.message),
            Some(Facts::Task(facts)) => self.task(item, &facts),
            Some(Facts::Lease(facts)) => self.lease(item, &facts),
            Some(Facts::File(FileFacts::Put(put))) => {
                let body: Option<FileBody> = item.said(&put).plain();
                let paths = body.into_iter().map(|body| body.path).collect();
                let until = item.at.plus(1000 * self.thresholds.get(&PUT_SECONDS));
                self.edit(item, How::Put, paths, until.0)
            }
            Some(Facts::Context(ContextFacts::Set(set))) => {
                let body = item.said(&set).plain();
                body.map_or_else(Vec::new, |body| {
                    self.memory.decisions.set(item, &set.key, &body.value)
                })
            }
            _ => Vec::new(),
        }
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl Conflicts {
    fn edit(&mut self, item: &StreamItem, how: How, paths: Vec<String>, until: u64) -> Vec<Claim> {
        match Edit::of(item, how, paths, until) {
            Some(edit) => {
                let again = 60_000 * self.thresholds.get(&AGAIN_MINUTES);
                self.memory.edits.begin(edit, item, again)
            }
            None => Vec::new(),
        }
    }

    fn lease(&mut self, item: &StreamItem, facts: &LeaseFacts) -> Vec<Claim> {
        match facts {
            LeaseFacts::Taken(taken) => {
                let shared = taken.mode == LeaseMode::Shared;
                let how = How::Lease { shared };
                self.edit(item, how, taken.paths.clone(), taken.until)
            }
            LeaseFacts::Released(released) => {
                let edits = &mut self.memory.edits;
                edits.end_in(released.room, |edit| edit.seq == released.lease);
                Vec::new()
            }
        }
    }

    /// What was said is gone, and what was made of it too.
    fn forget(&mut self, message: mesh_model::MessageId) -> Vec<Claim> {
        self.memory.edits.end(|edit| edit.message == Some(message));
        self.memory.decisions.forget(message);
        Vec::new()
    }

    fn said(&mut self, item: &StreamItem) -> Vec<Claim> {
        let Some(message) = item.message() else {
            return Vec::new();
        };
        let claim = message.payload_type.as_deref().is_some_and(is_claim);
        if claim || message.enveloped || message.redacted {
            return Vec::new();
        }
        let days = self.thresholds.get(&DECISION_DAYS);
        let mut claims = self.memory.decisions.said(item, &message, days);
        let minutes = self.thresholds.get(&SAID_MINUTES);
        for (meant, paths) in declared(&message.text) {
            let until = match meant {
                Meant::Edits => item.at.plus(60_000 * minutes),
                Meant::Edited => item.at.plus(1000 * self.thresholds.get(&PUT_SECONDS)),
                Meant::Done => {
                    self.memory.edits.done(item, &paths);
                    continue;
                }
            };
            let how = How::Said(message.id);
            claims.extend(self.edit(item, how, paths, until.0));
        }
        claims
    }

    fn task(&mut self, item: &StreamItem, facts: &TaskFacts) -> Vec<Claim> {
        let Memory { edits, tasks, .. } = &mut self.memory;
        match facts {
            TaskFacts::Created(created) => {
                let similar = self.thresholds.get(&SIMILAR);
                return tasks.create(item, created, similar);
            }
            TaskFacts::Taken(taken) => {
                let paths = tasks.edits(taken.room, taken.task);
                return self.edit(item, How::Task(taken.task), paths, u64::MAX);
            }
            TaskFacts::Progressed(progressed) => {
                if let ReceivedContent::Plain(TaskOutput { text, .. }) = item.said(progressed) {
                    let said = declared(&text).into_iter();
                    let paths = said.filter(|(meant, _)| *meant != Meant::Done);
                    let paths: Vec<String> = paths.flat_map(|(_, paths)| paths).collect();
                    return self.edit(item, How::Task(progressed.task), paths, u64::MAX);
                }
            }
            TaskFacts::AttemptFailed(failed) => edits.end_task(failed.room, failed.task),
            TaskFacts::HandedOff(handed) => edits.end_task(handed.room, handed.task),
            TaskFacts::Paused(paused) => edits.end_task(paused.room, paused.task),
            TaskFacts::Finished(finished) => {
                edits.end_task(finished.room, finished.task);
                tasks.end(finished.room, finished.task);
            }
            TaskFacts::Cancelled(cancelled) => {
                edits.end_task(cancelled.room, cancelled.task);
                tasks.end(cancelled.room, cancelled.task);
            }
            TaskFacts::Skipped(skipped) => tasks.end(skipped.room, skipped.task),
            TaskFacts::Decided(decided) => tasks.end(decided.room, decided.task),
            TaskFacts::Resolved(resolved) => tasks.end(resolved.room, resolved.task),
            TaskFacts::Redacted(redacted) => {
                edits.end_task(redacted.room, redacted.task);
                tasks.end(redacted.room, redacted.task);
            }
            _ => {}
        }
        Vec::new()
    }
}

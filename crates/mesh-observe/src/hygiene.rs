//! Hygiene: sessions that ended and left something behind, tasks that nobody takes, and what a session did while it was there.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::api::StreamItem;
use mesh_model::events::{Facts, LeaseFacts, SessionEnd, SessionFacts, TaskFacts};
use mesh_model::{ParticipantId, RoomId, Seq, SessionId, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::claim::{Claim, EVIDENCE_MAX, Evidence, handle, short};
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published, is_claim};
use crate::thresholds::{Threshold, Thresholds};

const CHECK: &str = "hygiene-check";
const DEBRIEF: &str = "session-debrief";

/// Tasks and leases that are remembered; the oldest is forgotten first.
const HELD_MAX: usize = 4096;

/// Sessions of one participant at once.
const SESSIONS_MAX: usize = 64;

const GONE_MINUTES: Threshold = Threshold {
    name: "gone-minutes",
    about: "after how many minutes somebody whose sessions have all ended is taken to be gone",
    unit: "minutes",
    why: "a client that reconnects does it within seconds, one that restarts within a minute or two",
    default: 5,
    least: 0,
    most: 1440,
};
const UNTAKEN_MINUTES: Threshold = Threshold {
    name: "untaken-minutes",
    about: "after how many minutes a task that nobody takes is told of",
    unit: "minutes",
    why: "workers ask for work every few seconds: after an hour nobody fits or nobody is there",
    default: 60,
    least: 1,
    most: 43_200,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "hygiene",
    says: "sessions that ended and left work or leases behind, tasks that nobody takes, and what each session did",
    inputs: &[
        "file.put",
        "lease.released",
        "lease.taken",
        "message.posted",
        "session.closed",
        "session.opened",
        "task.attempt_failed",
        "task.cancelled",
        "task.created",
        "task.finished",
        "task.handed_off",
        "task.paused",
        "task.queued",
        "task.redacted",
        "task.resolved",
        "task.skipped",
        "task.taken",
    ],
    published: &[
        Published {
            kind: CHECK,
            about: "Something was left behind: work or leases of somebody who is gone, or a task that nobody takes.",
            details: None,
        },
        Published {
            kind: DEBRIEF,
            about: "What a participant did in this room while it was connected, told once it is gone.",
            details: None,
        },
    ],
    thresholds: &[GONE_MINUTES, UNTAKEN_MINUTES, CLAIMS_PER_HOUR],
    start,
};

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(Hygiene {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

struct Hygiene {
    thresholds: Thresholds,
    memory: Memory,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    people: BTreeMap<ParticipantId, Person>,
    /// When somebody is taken to be gone.
    gone: BTreeSet<(u64, ParticipantId)>,
    leases: BTreeMap<Seq, Lease>,
    held: BTreeMap<TaskId, Held>,
    waiting: BTreeMap<TaskId, Waiting>,
    /// When a task that waits is told of.
    due: BTreeSet<(u64, TaskId)>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Person {
    handle: String,
    sessions: BTreeSet<SessionId>,
    /// Where the first of them began.
    opened: Seq,
    closed: Option<(Seq, SessionEnd)>,
    acts: BTreeMap<RoomId, Acts>,
}

/// What somebody did in a room.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Acts {
    messages: u32,
    taken: u32,
    finished: u32,
    failed: u32,
    files: u32,
    first: Seq,
    last: Seq,
}

#[derive(Debug, Serialize, Deserialize)]
struct Lease {
    room: RoomId,
    holder: ParticipantId,
    until: u64,
}

/// A task somebody works on.
#[derive(Debug, Serialize, Deserialize)]
struct Held {
    room: RoomId,
    worker: ParticipantId,
    since: Seq,
}

/// A task that could be taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Waiting {
    room: RoomId,
    by: String,
    seq: Seq,
    due: u64,
}

impl Observer for Hygiene {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        // What the log's time has brought comes before what has happened now.
        let mut claims = self.came_due(item);
        match item.event() {
            Some(Facts::Session(facts)) => self.session(item, &facts),
            Some(Facts::Task(facts)) => self.task(item, &facts),
            Some(Facts::Lease(LeaseFacts::Taken(taken))) => {
                let lease = Lease {
                    room: taken.room,
                    holder: taken.holder,
                    until: taken.until,
                };
                bound(&mut self.memory.leases);
                self.memory.leases.insert(item.seq, lease);
            }
            Some(Facts::Lease(LeaseFacts::Released(released))) => {
                self.memory.leases.remove(&released.lease);
            }
            Some(Facts::File(_)) => self.acted(item, |acts| acts.files += 1),
            Some(Facts::Message(_)) => {
                let kind = item.message().and_then(|message| message.payload_type);
                if !kind.as_deref().is_some_and(is_claim) {
                    self.acted(item, |acts| acts.messages += 1);
                }
            }
            _ => {}
        }
        claims.truncate(EVIDENCE_MAX * 4);
        claims
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl Hygiene {
    fn acted(&mut self, item: &StreamItem, did: impl FnOnce(&mut Acts)) {
        let (Some(room), Some(from)) = (item.room, item.from.as_ref()) else {
            return;
        };
        // Whoever is not connected by a session has none that could end.
        let Some(person) = self.memory.people.get_mut(&from.id) else {
            return;
        };
        let acts = person.acts.entry(room).or_default();
        did(acts);
        acts.first = if acts.first == Seq::ZERO {
            item.seq
        } else {
            acts.first
        };
        acts.last = item.seq;
    }

    fn session(&mut self, item: &StreamItem, facts: &SessionFacts) {
        let memory = &mut self.memory;
        match facts {
            SessionFacts::Opened(opened) => {
                let person = memory.people.entry(opened.participant).or_default();
                person.handle = handle(item);
                if person.sessions.is_empty() && person.closed.is_none() {
                    person.opened = item.seq;
                }
                if person.sessions.len() == SESSIONS_MAX {
                    person.sessions.pop_first();
                }
                person.sessions.insert(opened.session);
                person.closed = None;
                memory.gone.retain(|(_, who)| *who != opened.participant);
            }
            SessionFacts::Closed(closed) => {
                let Some(person) = memory.people.get_mut(&closed.participant) else {
                    return;
                };
                person.sessions.remove(&closed.session);
                if person.sessions.is_empty() {
                    person.closed = Some((item.seq, closed.reason));
                    let due = item.at.plus(60_000 * self.thresholds.get(&GONE_MINUTES));
                    memory.gone.insert((due.0, closed.participant));
                }
            }
        }
    }

    fn task(&mut self, item: &StreamItem, facts: &TaskFacts) {
        match facts {
            TaskFacts::Created(created) => {
                let plan = &created.plan;
                if plan.needs.is_empty() && plan.join.is_none() && created.gate.is_none() {
                    self.waits(item, created.task);
                }
            }
            TaskFacts::Queued(queued) => self.waits(item, queued.task),
            TaskFacts::Taken(taken) => {
                self.moved(taken.task);
                bound(&mut self.memory.held);
                let held = Held {
                    room: taken.room,
                    worker: taken.worker,
                    since: item.seq,
                };
                self.memory.held.insert(taken.task, held);
                self.acted(item, |acts| acts.taken += 1);
            }
            TaskFacts::Finished(finished) => {
                self.moved(finished.task);
                self.acted(item, |acts| acts.finished += 1);
            }
            TaskFacts::AttemptFailed(failed) => {
                self.moved(failed.task);
                self.acted(item, |acts| acts.failed += 1);
            }
            TaskFacts::HandedOff(handed) => {
                self.moved(handed.task);
                self.waits(item, handed.task);
            }
            TaskFacts::Cancelled(cancelled) => self.moved(cancelled.task),
            TaskFacts::Paused(paused) => self.moved(paused.task),
            TaskFacts::Redacted(redacted) => self.moved(redacted.task),
            TaskFacts::Resolved(resolved) => self.moved(resolved.task),
            TaskFacts::Skipped(skipped) => self.moved(skipped.task),
            _ => {}
        }
    }

    fn waits(&mut self, item: &StreamItem, task: TaskId) {
        let Some(room) = item.room else { return };
        self.moved(task);
        let memory = &mut self.memory;
        if memory.waiting.len() == HELD_MAX
            && let Some((_, oldest)) = memory.due.pop_first()
        {
            memory.waiting.remove(&oldest);
        }
        let due = item
            .at
            .plus(60_000 * self.thresholds.get(&UNTAKEN_MINUTES))
            .0;
        let waiting = Waiting {
            room,
            by: handle(item),
            seq: item.seq,
            due,
        };
        memory.due.insert((due, task));
        memory.waiting.insert(task, waiting);
    }

    /// Whatever a task was, it is that no longer.
    fn moved(&mut self, task: TaskId) {
        self.memory.held.remove(&task);
        if let Some(waiting) = self.memory.waiting.remove(&task) {
            self.memory.due.remove(&(waiting.due, task));
        }
    }

    fn came_due(&mut self, item: &StreamItem) -> Vec<Claim> {
        let mut claims = Vec::new();
        while let Some((due, task)) = self.memory.due.first().copied()
            && due <= item.at.0
        {
            self.memory.due.pop_first();
            let waiting = self.memory.waiting.remove(&task);
            claims.extend(waiting.map(|waiting| {
                nobody_takes(task, &waiting, self.thresholds.get(&UNTAKEN_MINUTES))
            }));
        }
        while let Some((due, who)) = self.memory.gone.first().copied()
            && due <= item.at.0
        {
            self.memory.gone.pop_first();
            claims.extend(self.gone(who, item.at.0));
        }
        claims
    }

    /// Somebody did not come back: what did it do, and what did it leave?
    fn gone(&mut self, who: ParticipantId, now: u64) -> Vec<Claim> {
        let memory = &mut self.memory;
        let Some(person) = memory.people.remove(&who) else {
            return Vec::new();
        };
        let Some((closed, how)) = person.closed else {
            return Vec::new();
        };
        memory.leases.retain(|_, lease| lease.until > now);
        let mut left: BTreeMap<RoomId, Left> = BTreeMap::new();
        for (task, held) in memory.held.iter().filter(|(_, held)| held.worker == who) {
            left.entry(held.room)
                .or_default()
                .tasks
                .push((*task, held.since));
        }
        for (seq, lease) in memory
            .leases
            .iter()
            .filter(|(_, lease)| lease.holder == who)
        {
            left.entry(lease.room).or_default().leases.push(*seq);
        }
        let left = left
            .iter()
            .map(|(room, left)| left.claim(&person, *room, closed, how));
        let debriefs = person
            .acts
            .iter()
            .map(|(room, acts)| debrief(&person, *room, acts, closed));
        left.chain(debriefs).collect()
    }
}

/// Keeps a map within its bound: what came first goes first.
fn bound<K: Ord + Copy, V>(map: &mut BTreeMap<K, V>) {
    if map.len() == HELD_MAX {
        map.pop_first();
    }
}

/// What somebody left in a room.
#[derive(Debug, Default)]
struct Left {
    tasks: Vec<(TaskId, Seq)>,
    leases: Vec<Seq>,
}

impl Left {
    fn claim(&self, person: &Person, room: RoomId, closed: Seq, how: SessionEnd) -> Claim {
        let mut parts = Vec::new();
        if !self.tasks.is_empty() {
            let tasks: Vec<String> = self
                .tasks
                .iter()
                .take(4)
                .map(|(task, _)| short(*task))
                .collect();
            parts.push(format!(
                "{} task(s) under way ({})",
                self.tasks.len(),
                tasks.join(", ")
            ));
        }
        if !self.leases.is_empty() {
            let leases: Vec<String> = self
                .leases
                .iter()
                .take(4)
                .map(ToString::to_string)
                .collect();
            parts.push(format!(
                "{} lease(s) ({})",
                self.leases.len(),
                leases.join(", ")
            ));
        }
        let by = |seq: Seq, did: &str| Evidence {
            seq,
            by: person.handle.clone(),
            did: did.to_owned(),
            room: None,
        };
        let tasks = self
            .tasks
            .iter()
            .map(|(_, since)| by(*since, "took the task"));
        let leases = self.leases.iter().map(|seq| by(*seq, "leased the paths"));
        let mut evidence: Vec<Evidence> = tasks.chain(leases).take(EVIDENCE_MAX - 1).collect();
        evidence.sort_by_key(|one| one.seq);
        evidence.push(by(closed, "ended its last session"));
        Claim {
            kind: CHECK,
            rule: "left-behind",
            room,
            says: format!(
                "@{} is gone ({}) and left {}",
                person.handle,
                ended(how),
                parts.join(" and ")
            ),
            // Whoever says goodbye may mean to come back to it.
            confidence: if how == SessionEnd::Closed { 80 } else { 95 },
            concerns: vec![person.handle.clone()],
            evidence,
            figures: Default::default(),
            details: Default::default(),
            across: Vec::new(),
            about: format!("left-behind:{closed}:{room}"),
        }
    }
}

fn ended(how: SessionEnd) -> &'static str {
    match how {
        SessionEnd::Closed => "it said goodbye",
        SessionEnd::Lost => "its connection broke",
        SessionEnd::Restart => "it did not come back after a restart of the node",
        SessionEnd::Revoked => "its credential was revoked",
    }
}

fn debrief(person: &Person, room: RoomId, acts: &Acts, closed: Seq) -> Claim {
    let figures = json!({
        "messages": acts.messages,
        "tasks_taken": acts.taken,
        "tasks_finished": acts.finished,
        "attempts_failed": acts.failed,
        "files_put": acts.files,
    });
    let by = |seq: Seq, did: &str| Evidence {
        seq,
        by: person.handle.clone(),
        did: did.to_owned(),
        room: None,
    };
    Claim {
        kind: DEBRIEF,
        rule: "session-debrief",
        room,
        says: format!(
            "@{} was here: {} message(s), {} task(s) taken, {} finished, {} failed, {} file(s) put",
            person.handle, acts.messages, acts.taken, acts.finished, acts.failed, acts.files
        ),
        confidence: 100,
        concerns: vec![person.handle.clone()],
        evidence: vec![
            by(person.opened, "began its session"),
            by(acts.first, "did its first act here"),
            by(acts.last, "did its last act here"),
            by(closed, "ended its last session"),
        ],
        figures: figures.as_object().cloned().unwrap_or_default(),
        details: Default::default(),
        across: Vec::new(),
        about: format!("session-debrief:{closed}:{room}"),
    }
}

fn nobody_takes(task: TaskId, waiting: &Waiting, minutes: u64) -> Claim {
    Claim {
        kind: CHECK,
        rule: "nobody-takes",
        room: waiting.room,
        says: format!(
            "nobody has taken the task {} for {minutes} min",
            short(task)
        ),
        confidence: 100,
        concerns: vec![waiting.by.clone()]
            .into_iter()
            .filter(|by| !by.is_empty())
            .collect(),
        evidence: vec![Evidence {
            seq: waiting.seq,
            by: waiting.by.clone(),
            did: "could be taken from here on".to_owned(),
            room: None,
        }],
        figures: Default::default(),
        details: Default::default(),
        across: Vec::new(),
        about: format!("nobody-takes:{}", waiting.seq),
    }
}

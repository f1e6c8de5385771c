//! The first officer over all sessions: who of a room works on what, and for each working session a beacon, a short state from
//! which it can be resurrected.
//!
//! A beacon holds places, paths and ids, and nobody's words: whoever goes on from it reads those at their places, with what it
//! may read itself.

use std::collections::{BTreeMap, BTreeSet};

use mesh_model::api::{Message, StreamItem};
use mesh_model::events::SessionEnd;
use mesh_model::{Millis, ParticipantId, RoomId, Seq, SessionId, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::acts::{What, act};
use crate::claim::{Claim, EVIDENCE_MAX, Evidence, handle, short};
use crate::conflicts::{decides, sentences};
use crate::lately::Lately;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published};
use crate::paths;
use crate::thresholds::{Threshold, Thresholds};

const UPDATE: &str = "meta-fo-update";
/// The event type of beacons.
pub const BEACON: &str = "recovery-beacon";

/// Participants that are remembered.
const PEOPLE_MAX: usize = 1024;
/// Rooms in which one of them works.
const ROOMS_MAX: usize = 32;
/// Sessions of one participant at once.
const SESSIONS_MAX: usize = 64;
/// Of each kind of thing in one beacon; the oldest is forgotten first.
const EACH_MAX: usize = 12;
/// Participants of one update.
const TOLD_MAX: usize = 32;

const BEACON_MINUTES: Threshold = Threshold {
    name: "beacon-minutes",
    about: "how often a session's beacon is lit at most while it works; its end lights it at once",
    unit: "minutes",
    why: "what is lost at most if no end is seen, against a claim each time",
    default: 15,
    least: 0,
    most: 1440,
};
const UPDATE_MINUTES: Threshold = Threshold {
    name: "update-minutes",
    about: "how often a room is told at most who works on what",
    unit: "minutes",
    why: "often enough to steer by, seldom enough to be read",
    default: 60,
    least: 5,
    most: 1440,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "meta-officer",
    says: "who of a room works on what across sessions, and a beacon from which each working session can be resurrected",
    inputs: &[
        "file.put",
        "lease.released",
        "lease.taken",
        "message.posted",
        "session.closed",
        "session.opened",
        "task.attempt_failed",
        "task.cancelled",
        "task.finished",
        "task.handed_off",
        "task.paused",
        "task.progressed",
        "task.redacted",
        "task.skipped",
        "task.taken",
    ],
    published: &[
        Published {
            kind: UPDATE,
            about: "Who of this room works on what, across sessions.",
            details: Some(update_details),
        },
        Published {
            kind: BEACON,
            about: "From where a session can be resurrected: the places of its goal, open tasks, files, decisions and last words.",
            details: Some(beacon_details),
        },
    ],
    thresholds: &[BEACON_MINUTES, UPDATE_MINUTES, CLAIMS_PER_HOUR],
    start,
};

fn update_details() -> Value {
    let someone = json!({
        "type": "object",
        "required": ["handle", "state", "tasks"],
        "additionalProperties": false,
        "properties": {
            "handle": {"type": "string", "maxLength": 40},
            "state": {"enum": ["working", "idle", "gone"]},
            "tasks": {"type": "array", "items": {"type": "string", "maxLength": 36}, "maxItems": EACH_MAX}
        }
    });
    json!({
        "type": "object",
        "required": ["participants"],
        "additionalProperties": false,
        "properties": {"participants": {"type": "array", "items": someone, "maxItems": TOLD_MAX}}
    })
}

fn beacon_details() -> Value {
    let place = json!({"type": "integer", "minimum": 1});
    let places = json!({"type": "array", "items": place, "maxItems": EACH_MAX});
    let id = json!({"type": "string", "maxLength": 36});
    let task = json!({
        "type": "object",
        "required": ["task", "taken"],
        "additionalProperties": false,
        "properties": {"task": id, "taken": place, "told": place}
    });
    let file = json!({
        "type": "object",
        "required": ["path", "seq"],
        "additionalProperties": false,
        "properties": {"path": {"type": "string", "maxLength": 128}, "seq": place}
    });
    json!({
        "type": "object",
        "required": ["session", "began", "upto", "tasks", "files", "leases", "decisions", "asked", "words", "ended"],
        "additionalProperties": false,
        "properties": {
            "session": id,
            "began": place,
            "upto": place,
            "tasks": {"type": "array", "items": task, "maxItems": EACH_MAX},
            "files": {"type": "array", "items": file, "maxItems": EACH_MAX},
            "leases": places,
            "decisions": places,
            "asked": places,
            "words": places,
            "ended": {"type": "boolean"}
        }
    })
}

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(MetaOfficer {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

struct MetaOfficer {
    thresholds: Thresholds,
    memory: Memory,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    people: Lately<ParticipantId, Person, PEOPLE_MAX>,
    /// What each room was told last, as the states in it, and when.
    told: Lately<RoomId, (Millis, String), 1024>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Person {
    handle: String,
    /// Open sessions and where they began.
    sessions: BTreeMap<SessionId, Seq>,
    rooms: Lately<RoomId, Work, ROOMS_MAX>,
}

/// What somebody has in hand in a room.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Work {
    tasks: Lately<TaskId, Task, EACH_MAX>,
    files: Lately<String, Seq, EACH_MAX>,
    leases: Lately<Seq, u64, EACH_MAX>,
    decisions: Lately<Seq, (), EACH_MAX>,
    /// Where it was named and has said nothing since.
    asked: Lately<Seq, (), EACH_MAX>,
    words: Lately<Seq, (), EACH_MAX>,
    /// Its last act, and the one that its last beacon knew.
    last: Seq,
    lit: Seq,
    lit_at: Millis,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Task {
    taken: Seq,
    told: Option<Seq>,
}

impl Observer for MetaOfficer {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        let Some(what) = act(item) else {
            return Vec::new();
        };
        match &what {
            What::Opened { who, session } => {
                let person = self.memory.people.touch(*who, Person::default);
                person.handle = handle(item);
                if person.sessions.len() == SESSIONS_MAX {
                    person.sessions.pop_first();
                }
                person.sessions.insert(*session, item.seq);
                return Vec::new();
            }
            What::Closed { who, session, how } => return self.closed(item, *who, *session, *how),
            _ => {}
        }
        let Some(room) = item.room else {
            return Vec::new();
        };
        if let What::Said(message) = &what {
            self.named(room, item.seq, message);
        }
        let beacon = self.acted(item, room, &what);
        let mut claims = Vec::from_iter(beacon);
        claims.extend(self.update(item, room));
        claims
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl MetaOfficer {
    /// Whoever is named has something to answer.
    fn named(&mut self, room: RoomId, seq: Seq, message: &Message) {
        for who in &message.mentions {
            if let Some(person) = self.memory.people.get_mut(who) {
                let work = person.rooms.touch(room, Work::default);
                work.asked.put(seq, ());
            }
        }
    }

    /// Somebody who is connected did something; its beacon is lit if it is time.
    fn acted(&mut self, item: &StreamItem, room: RoomId, what: &What) -> Option<Claim> {
        let who = match what {
            // The node ends attempts too: what counts is whose they were.
            What::Taken { worker, .. } | What::Finished { worker, .. } => *worker,
            What::Failed { worker, .. } | What::HandedOff { worker, .. } => *worker,
            What::Over { task } => return self.over(room, *task),
            _ => item.from.as_ref()?.id,
        };
        let every = 60_000 * self.thresholds.get(&BEACON_MINUTES);
        let person = self.memory.people.get_mut(&who)?;
        let (session, began) = newest(&person.sessions)?;
        let work = person.rooms.touch(room, Work::default);
        let begins = matches!(what, What::Taken { .. });
        if !work.take(item, what) {
            return None;
        }
        work.last = item.seq;
        let due = item.at.since(work.lit_at) >= every;
        if work.tasks.len() == 0 || !(due || begins) {
            return None;
        }
        Some(light(
            item,
            room,
            (&person.handle, session, began),
            work,
            false,
        ))
    }

    /// Nobody works on a task any more.
    fn over(&mut self, room: RoomId, task: TaskId) -> Option<Claim> {
        for (_, person) in self.memory.people.iter_mut() {
            if let Some(work) = person.rooms.get_mut(&room) {
                work.tasks.remove(&task);
            }
        }
        None
    }

    /// A session is over: what it had in hand is told once more.
    fn closed(
        &mut self,
        item: &StreamItem,
        who: ParticipantId,
        session: SessionId,
        how: SessionEnd,
    ) -> Vec<Claim> {
        let Some(person) = self.memory.people.get_mut(&who) else {
            return Vec::new();
        };
        let Some(began) = person.sessions.remove(&session) else {
            return Vec::new();
        };
        let mut claims = Vec::new();
        for (room, work) in person.rooms.iter_mut() {
            let since = work.last > began;
            // Whoever said goodbye with nothing in hand needs no beacon.
            if since && (work.tasks.len() > 0 || how != SessionEnd::Closed) {
                let whose = (person.handle.as_str(), session, began);
                claims.push(light(item, *room, whose, work, true));
            }
        }
        claims
    }

    /// Who works on what in a room, if that changed and was not told of for a while.
    fn update(&mut self, item: &StreamItem, room: RoomId) -> Option<Claim> {
        let every = 60_000 * self.thresholds.get(&UPDATE_MINUTES);
        let memory = &mut self.memory;
        let told = memory.told.touch(room, || (item.at, String::new()));
        if item.at.since(told.0) < every {
            return None;
        }
        let here = memory.people.iter().filter_map(|(_, person)| {
            let work = person.rooms.get(&room)?;
            let state = match (person.sessions.is_empty(), work.tasks.len()) {
                (true, 0) => return None,
                (true, _) => "gone",
                (false, 0) => "idle",
                (false, _) => "working",
            };
            Some((person, work, state))
        });
        let here: Vec<(&Person, &Work, &str)> = here.take(TOLD_MAX).collect();
        let state = |(person, work, state): &(&Person, &Work, &str)| {
            let tasks: Vec<String> = work
                .tasks
                .iter()
                .map(|(task, _)| task.to_string())
                .collect();
            json!({"handle": person.handle, "state": state, "tasks": tasks})
        };
        let states: Vec<Value> = here.iter().map(state).collect();
        let text = json!(states).to_string();
        if here.is_empty() || text == told.1 {
            told.0 = item.at;
            return None;
        }
        *told = (item.at, text);
        Some(updated(item, room, &here, states))
    }
}

fn updated(
    item: &StreamItem,
    room: RoomId,
    here: &[(&Person, &Work, &str)],
    states: Vec<Value>,
) -> Claim {
    let count = |wanted: &str| here.iter().filter(|(_, _, state)| *state == wanted).count();
    let (working, idle, gone) = (count("working"), count("idle"), count("gone"));
    let tasks: usize = here.iter().map(|(_, work, _)| work.tasks.len()).sum();
    let evidence = here
        .iter()
        .filter(|(_, work, _)| work.last > Seq::ZERO)
        .map(|(person, work, _)| Evidence::at(work.last, &person.handle, "did its last act here"));
    let mut evidence: Vec<Evidence> = evidence.collect();
    if evidence.is_empty() {
        evidence.push(Evidence::of(item, "did the last act here"));
    }
    let absent = here.iter().filter(|(_, _, state)| *state == "gone");
    let absent: Vec<String> = absent.map(|(person, ..)| person.handle.clone()).collect();
    let says = format!(
        "{working} work on {tasks} task(s), {idle} are connected without a task, {gone} are gone with work in hand"
    );
    let mut claim = Claim::new((UPDATE, "sessions"), room, says, evidence)
        .concerning(absent)
        .with_figures(json!({"working": working, "idle": idle, "gone": gone, "tasks": tasks}))
        .with_details(json!({"participants": states}));
    claim.about = format!("sessions:{room}:{}", item.seq);
    claim
}

/// The session that began last.
fn newest(sessions: &BTreeMap<SessionId, Seq>) -> Option<(SessionId, Seq)> {
    let last = sessions.iter().max_by_key(|(_, began)| **began);
    last.map(|(session, began)| (*session, *began))
}

impl Work {
    /// Takes an act in; whether it changed anything that a beacon tells.
    fn take(&mut self, item: &StreamItem, what: &What) -> bool {
        match what {
            What::Said(message) => {
                self.words.put(item.seq, ());
                self.asked = Lately::default();
                if sentences(&message.text).any(decides) {
                    self.decisions.put(item.seq, ());
                }
                for path in paths::named(&message.text) {
                    if self.files.get(&path).is_some() {
                        self.files.touch(path, || item.seq);
                    }
                }
            }
            What::Taken { task, .. } => self.tasks.put(
                *task,
                Task {
                    taken: item.seq,
                    told: None,
                },
            ),
            What::Progressed { task, .. } => {
                if let Some(held) = self.tasks.get_mut(task) {
                    held.told = Some(item.seq);
                }
            }
            What::Finished { task, .. } | What::Failed { task, .. } => {
                return self.tasks.remove(task).is_some();
            }
            What::HandedOff { task, .. } => return self.tasks.remove(task).is_some(),
            What::Leased { until, .. } => self.leases.put(item.seq, *until),
            What::Released(lease) => return self.leases.remove(lease).is_some(),
            What::Put { path, .. } => self.files.put(path.clone(), item.seq),
            _ => return false,
        }
        true
    }

    /// The places that a beacon rests on: its tasks and what was done last.
    fn places(&self) -> BTreeSet<Seq> {
        let tasks = self.tasks.iter().map(|(_, task)| task.taken);
        let told = self.tasks.iter().filter_map(|(_, task)| task.told);
        tasks.chain(told).chain([self.last]).collect()
    }
}

/// A session's beacon.
fn light(
    item: &StreamItem,
    room: RoomId,
    (whose, session, began): (&str, SessionId, Seq),
    work: &mut Work,
    ended: bool,
) -> Claim {
    (work.lit, work.lit_at) = (work.last, item.at);
    work.leases.retain(|_, until| *until > item.at.0);
    let places = |all: &Lately<Seq, (), EACH_MAX>| -> Vec<Seq> {
        all.iter().map(|(seq, ())| *seq).collect()
    };
    let task = |(id, task): (&TaskId, &Task)| {
        let mut told = json!({"task": id, "taken": task.taken});
        if let (Some(at), Some(told)) = (task.told, told.as_object_mut()) {
            told.insert("told".to_owned(), json!(at));
        }
        told
    };
    let file = |(path, seq): (&String, &Seq)| json!({"path": path, "seq": seq});
    let details = json!({
        "session": session,
        "began": began,
        "upto": item.seq,
        "tasks": work.tasks.iter().map(task).collect::<Vec<_>>(),
        "files": work.files.iter().map(file).collect::<Vec<_>>(),
        "leases": work.leases.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(),
        "decisions": places(&work.decisions),
        "asked": places(&work.asked),
        "words": places(&work.words),
        "ended": ended,
    });
    let mut evidence: Vec<Evidence> = work
        .places()
        .into_iter()
        .rev()
        .take(EVIDENCE_MAX - 1)
        .map(|seq| Evidence::at(seq, whose, "worked"))
        .collect();
    evidence.push(Evidence::at(began, whose, "began its session"));
    let ids: Vec<String> = work
        .tasks
        .iter()
        .take(3)
        .map(|(id, _)| short(*id))
        .collect();
    let tasks = match ids.as_slice() {
        [] => "no open task".to_owned(),
        ids => format!("{} open task(s) ({})", work.tasks.len(), ids.join(", ")),
    };
    let state = if ended { "has ended with" } else { "has" };
    let says = format!(
        "the session of @{whose} {state} {tasks}, {} file(s) and {} lease(s) here",
        work.files.len(),
        work.leases.len()
    );
    let mut claim = Claim::new((BEACON, "beacon"), room, says, evidence)
        .concerning([whose.to_owned()])
        .with_details(details);
    claim.about = format!("beacon:{session}:{room}:{}", item.seq);
    claim
}

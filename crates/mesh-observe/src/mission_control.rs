//! Mission control: every so often, and when somebody asks it in the room, what is under way in a room, what is stuck, what was decided and what needs a person. What
//! other observers claimed since then is told once more, by its places.

use mesh_model::api::StreamItem;
use mesh_model::{ApprovalId, Millis, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::acts::{What, act};
use crate::claim::{Claim, EVIDENCE_MAX, Evidence, handle};
use crate::conflicts::{decides, sentences};
use crate::lately::Lately;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published};
use crate::thresholds::{Threshold, Thresholds};

const SYNTHESIS: &str = "mission-control-synthesis";

/// Rooms that are remembered.
const ROOMS_MAX: usize = 512;
/// Open tasks of one room that are remembered.
const TASKS_MAX: usize = 512;
/// Of each kind of thing in one synthesis; the newest ones are told.
const EACH_MAX: usize = 16;

const EVERY_MINUTES: Threshold = Threshold {
    name: "every-minutes",
    about: "how often a room is told",
    unit: "minutes",
    why: "twice in a working day, as a person would look",
    default: 240,
    least: 5,
    most: 10_080,
};
const STUCK_MINUTES: Threshold = Threshold {
    name: "stuck-minutes",
    about: "after how many minutes without a word of it a task is stuck",
    unit: "minutes",
    why: "workers tell of their work every few minutes; an hour of silence is seldom work",
    default: 60,
    least: 1,
    most: 10_080,
};
const FAILURES: Threshold = Threshold {
    name: "failures",
    about: "after how many failed attempts a task is stuck",
    unit: "attempts",
    why: "once may be chance",
    default: 2,
    least: 1,
    most: 16,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "mission-control",
    says: "what is under way in a room, what is stuck, what was decided, what needs a person, and what other observers found",
    inputs: &[
        "approval.decided",
        "approval.expired",
        "approval.requested",
        "event.published",
        "message.posted",
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
        kind: SYNTHESIS,
        about: "What is under way in this room, what is stuck, what was decided, and what needs a person.",
        details: Some(details),
    }],
    thresholds: &[EVERY_MINUTES, STUCK_MINUTES, FAILURES, CLAIMS_PER_HOUR],
    start,
};

fn details() -> Value {
    let place = json!({"type": "integer", "minimum": 1});
    let places = json!({"type": "array", "items": place, "maxItems": EACH_MAX});
    json!({
        "type": "object",
        "required": ["under_way", "stuck", "decided", "needs_a_person", "found"],
        "additionalProperties": false,
        "properties": {
            "under_way": places,
            "stuck": places,
            "decided": places,
            "needs_a_person": places,
            "found": {
                "type": "array",
                "maxItems": EACH_MAX,
                "items": {
                    "type": "object",
                    "required": ["type", "seq"],
                    "additionalProperties": false,
                    "properties": {"type": {"type": "string", "maxLength": 40}, "seq": place}
                }
            }
        }
    })
}

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(MissionControl {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

struct MissionControl {
    thresholds: Thresholds,
    memory: Memory,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    rooms: Lately<RoomId, Room, ROOMS_MAX>,
}

/// What mission control knows of a room.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Room {
    told_at: Option<Millis>,
    tasks: Lately<TaskId, Task, TASKS_MAX>,
    approvals: Lately<ApprovalId, (Seq, String), 64>,
    decided: Lately<Seq, String, EACH_MAX>,
    found: Lately<Seq, String, EACH_MAX>,
    /// Results since it was told.
    finished: u64,
    /// Acts since then.
    acts: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Task {
    begins: Seq,
    by: String,
    last: Seq,
    last_at: Millis,
    taken: bool,
    failed: u64,
    person: bool,
}

impl Observer for MissionControl {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        let (Some(what), Some(place)) = (act(item), item.room) else {
            return Vec::new();
        };
        let every = 60_000 * self.thresholds.get(&EVERY_MINUTES);
        let room = self.memory.rooms.touch(place, Room::default);
        let told_at = *room.told_at.get_or_insert(item.at);
        let asked = matches!(&what, What::Said(message) if sentences(&message.text).any(asks));
        let mut claims = Vec::new();
        if asked || item.at.since(told_at) >= every {
            room.told_at = Some(item.at);
            if std::mem::take(&mut room.acts) > 0 {
                claims.extend(room.tell(item, place, &self.thresholds));
            }
            (room.decided, room.found, room.finished) = Default::default();
        }
        room.take(item, what);
        claims
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl Room {
    fn take(&mut self, item: &StreamItem, what: What) {
        match what {
            What::Asked { task, .. } => {
                let fresh = Task {
                    begins: item.seq,
                    by: handle(item),
                    last: item.seq,
                    last_at: item.at,
                    taken: false,
                    failed: 0,
                    person: false,
                };
                self.tasks.put(task, fresh);
            }
            What::Taken { task, .. } => self.moved(item, task, |task| task.taken = true),
            What::Progressed { task, .. } => self.moved(item, task, |_| {}),
            What::HandedOff { task, .. } => self.moved(item, task, |task| task.taken = false),
            What::Failed { task, .. } => self.moved(item, task, |task| {
                task.taken = false;
                task.failed += 1;
            }),
            What::Stuck { task } => self.moved(item, task, |task| task.person = true),
            What::Finished { task, .. } => {
                self.finished += 1;
                self.tasks.remove(&task);
            }
            What::Judged { task, .. } | What::Over { task } => drop(self.tasks.remove(&task)),
            What::Requested { approval } => {
                self.approvals.put(approval, (item.seq, handle(item)));
            }
            What::Answered { approval, approved } => {
                self.approvals.remove(&approval);
                if approved.is_some() {
                    self.decided.put(item.seq, handle(item));
                }
            }
            What::Said(message) => {
                if !sentences(&message.text).any(decides) {
                    return;
                }
                self.decided.put(item.seq, handle(item));
            }
            What::Claimed(name) if REPUBLISHED.contains(&name.as_str()) => {
                self.found.put(item.seq, name);
            }
            _ => return,
        }
        self.acts += 1;
    }

    fn moved(&mut self, item: &StreamItem, task: TaskId, how: impl FnOnce(&mut Task)) {
        if let Some(task) = self.tasks.get_mut(&task) {
            (task.last, task.last_at) = (item.seq, item.at);
            how(task);
        }
    }

    fn tell(&self, item: &StreamItem, place: RoomId, set: &Thresholds) -> Option<Claim> {
        let silent = 60_000 * set.get(&STUCK_MINUTES);
        let is_stuck = |task: &Task| {
            task.failed >= set.get(&FAILURES) || item.at.since(task.last_at) >= silent
        };
        let tasks: Vec<&Task> = self.tasks.iter().map(|(_, task)| task).collect();
        let person: Vec<&Task> = tasks.iter().copied().filter(|task| task.person).collect();
        let (stuck, going): (Vec<&Task>, Vec<&Task>) = tasks
            .into_iter()
            .filter(|task| !task.person)
            .partition(|task| is_stuck(task));
        let under_way: Vec<&Task> = going.into_iter().filter(|task| task.taken).collect();
        let mut evidence: Vec<Evidence> = Vec::new();
        let mut note = |seq: Seq, by: &str, did: &str| evidence.push(Evidence::at(seq, by, did));
        under_way
            .iter()
            .for_each(|task| note(task.last, "", "is under way"));
        stuck
            .iter()
            .for_each(|task| note(task.last, &task.by, "is stuck since then"));
        person
            .iter()
            .for_each(|task| note(task.last, &task.by, "waits for a person"));
        self.decided
            .iter()
            .for_each(|(seq, by)| note(*seq, by, "decided"));
        self.approvals
            .iter()
            .for_each(|(_, (seq, by))| note(*seq, by, "asked a person"));
        self.found
            .iter()
            .for_each(|(seq, name)| note(*seq, "", &format!("was found: {name}")));
        if evidence.is_empty() && self.finished == 0 {
            return None;
        }
        if evidence.is_empty() {
            evidence.push(Evidence::of(item, "came after it"));
        }
        let asked = person.len() + self.approvals.len();
        let says = format!(
            "{} task(s) under way, {} stuck, {} finished and {} decision(s) since the last time; {} wait for a person; observers found {}",
            under_way.len(),
            stuck.len(),
            self.finished,
            self.decided.len(),
            asked,
            self.found.len()
        );
        let waiting = person.iter().map(|task| task.last);
        let waiting = waiting.chain(self.approvals.iter().map(|(_, (seq, _))| *seq));
        let found = self.found.iter();
        let found = found.map(|(seq, name)| json!({"type": name, "seq": seq}));
        let concerned: Vec<String> = stuck.iter().map(|task| task.by.clone()).collect();
        let figures = json!({
            "under_way": under_way.len(),
            "stuck": stuck.len(),
            "finished": self.finished,
            "decided": self.decided.len(),
            "needs_a_person": asked,
            "found": self.found.len(),
        });
        let details = json!({
            "under_way": newest(under_way.iter().map(|task| task.last)),
            "stuck": newest(stuck.iter().map(|task| task.last)),
            "decided": newest(self.decided.iter().map(|(seq, _)| *seq)),
            "needs_a_person": newest(waiting),
            "found": found.collect::<Vec<_>>(),
        });
        let mut claim = Claim::new((SYNTHESIS, "synthesis"), place, says, evidence)
            .concerning(concerned)
            .with_figures(figures)
            .with_details(details);
        claim.about = format!("synthesis:{place}:{}", item.seq);
        Some(claim)
    }
}

/// Whether a sentence asks for it: "Mission control, where are we?"
fn asks(sentence: &str) -> bool {
    sentence.ends_with('?') && sentence.to_lowercase().contains("mission control")
}

/// What of other observers is told once more.
const REPUBLISHED: &[&str] = &[
    "aha-moment",
    "coherence-alert",
    "conflict-alert",
    "fo-insight",
    "gravity-well-formed",
    "hygiene-check",
    "resonance-detected",
];

/// The newest of some places, in order.
fn newest(places: impl Iterator<Item = Seq>) -> Vec<Seq> {
    let mut places: Vec<Seq> = places.collect();
    places.sort_unstable();
    places.drain(..places.len().saturating_sub(EACH_MAX.min(EVIDENCE_MAX)));
    places
}

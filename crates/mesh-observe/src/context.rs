//! The context stream: on which task or file each participant works, as it enters and leaves.

use mesh_model::api::StreamItem;
use mesh_model::{Millis, ParticipantId, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::acts::{What, act};
use crate::claim::{Claim, Evidence, handle, short};
use crate::conflicts::declared_paths;
use crate::lately::Lately;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published};
use crate::thresholds::{Threshold, Thresholds};
use crate::words::hash;

const ENTER: &str = "context-enter";
const EXIT: &str = "context-exit";

/// Participants in rooms that are watched.
const WATCHED_MAX: usize = 2048;
/// Contexts in which one is at once; the oldest is forgotten first.
const AT_ONCE_MAX: usize = 16;

const IDLE_MINUTES: Threshold = Threshold {
    name: "idle-minutes",
    about: "after how many minutes without an act there somebody has left a file",
    unit: "minutes",
    why: "an agent that edits a file acts on it every few minutes",
    default: 30,
    least: 1,
    most: 1440,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "context",
    says: "on which task or file each participant works, as it enters and leaves",
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
            kind: ENTER,
            about: "Somebody began to work on a task or a file.",
            details: Some(details),
        },
        Published {
            kind: EXIT,
            about: "Somebody works on a task or a file no longer.",
            details: Some(details),
        },
    ],
    thresholds: &[IDLE_MINUTES, CLAIMS_PER_HOUR],
    start,
};

fn details() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "task": {"type": "string", "maxLength": 36},
            "path": {"type": "string", "maxLength": 128}
        }
    })
}

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(Context {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

struct Context {
    thresholds: Thresholds,
    memory: Memory,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    watched: Lately<(RoomId, ParticipantId), Watch, WATCHED_MAX>,
    /// How many open sessions each participant has.
    sessions: Lately<ParticipantId, u32, WATCHED_MAX>,
    /// When somebody was last looked after for files that it left.
    swept: Millis,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Watch {
    handle: String,
    at: Lately<Place, Stay, AT_ONCE_MAX>,
}

/// What somebody works on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Place {
    Task(TaskId),
    File(String),
}

impl Place {
    fn named(&self) -> String {
        match self {
            Place::Task(task) => format!("task {}", short(*task)),
            Place::File(path) => path.clone(),
        }
    }

    fn details(&self) -> Value {
        match self {
            Place::Task(task) => json!({"task": task}),
            Place::File(path) => json!({"path": path}),
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Stay {
    entered: Seq,
    since: Millis,
    last: Seq,
    last_at: Millis,
    /// The lease by which it is held.
    lease: Option<Seq>,
}

impl Observer for Context {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        let mut claims = self.sweep(item);
        let Some(what) = act(item) else {
            return claims;
        };
        match &what {
            What::Opened { who, .. } => *self.memory.sessions.touch(*who, || 0) += 1,
            What::Closed { who, .. } => {
                let open = self.memory.sessions.touch(*who, || 0);
                *open = open.saturating_sub(1);
                if *open == 0 {
                    self.memory.sessions.remove(who);
                    claims.extend(self.gone(item, *who));
                }
            }
            _ => claims.extend(self.acted(item, &what)),
        }
        claims
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl Context {
    fn acted(&mut self, item: &StreamItem, what: &What) -> Vec<Claim> {
        let mut claims = Vec::new();
        let (Some(room), Some(from)) = (item.room, item.from.as_ref().map(|from| from.id)) else {
            return claims;
        };
        match what {
            What::Taken { task, worker } => {
                claims.extend(self.enter(item, (room, *worker), Place::Task(*task), None));
            }
            What::Progressed { task, text } => {
                claims.extend(self.enter(item, (room, from), Place::Task(*task), None));
                for path in declared_paths(text) {
                    claims.extend(self.enter(item, (room, from), Place::File(path), None));
                }
            }
            What::Said(message) => {
                for path in declared_paths(&message.text) {
                    claims.extend(self.enter(item, (room, from), Place::File(path), None));
                }
            }
            What::Leased { holder, paths, .. } => {
                for path in paths {
                    let place = Place::File(path.clone());
                    claims.extend(self.enter(item, (room, *holder), place, Some(item.seq)));
                }
            }
            What::Put { path, .. } => {
                claims.extend(self.enter(item, (room, from), Place::File(path.clone()), None));
            }
            What::Released(lease) => {
                claims.extend(self.leave(item, room, |_, stay| stay.lease == Some(*lease)));
            }
            What::Finished { task, .. }
            | What::Failed { task, .. }
            | What::HandedOff { task, .. }
            | What::Over { task } => {
                let place = Place::Task(*task);
                claims.extend(self.leave(item, room, |at, _| *at == place));
            }
            _ => {}
        }
        claims
    }

    fn enter(
        &mut self,
        item: &StreamItem,
        name: (RoomId, ParticipantId),
        place: Place,
        lease: Option<Seq>,
    ) -> Option<Claim> {
        let watch = self.memory.watched.touch(name, Watch::default);
        if item.from.as_ref().is_some_and(|from| from.id == name.1) {
            watch.handle = handle(item);
        }
        let new = watch.at.get(&place).is_none();
        let stay = watch.at.touch(place.clone(), || Stay {
            entered: item.seq,
            since: item.at,
            last: item.seq,
            last_at: item.at,
            lease,
        });
        (stay.last, stay.last_at) = (item.seq, item.at);
        stay.lease = stay.lease.or(lease);
        if !new {
            return None;
        }
        let by = watch.handle.clone();
        let says = format!("@{by} works on {}", place.named());
        let evidence = vec![Evidence::of(item, "began to work on it")];
        let mut claim = Claim::new((ENTER, "enter"), name.0, says, evidence)
            .sure(90)
            .concerning([by])
            .with_details(place.details());
        claim.about = format!("enter:{}:{}", item.seq, hash(&place.named()));
        Some(claim)
    }

    /// Whoever is at such a place of a room has left it.
    fn leave(
        &mut self,
        item: &StreamItem,
        room: RoomId,
        left: impl Fn(&Place, &Stay) -> bool,
    ) -> Vec<Claim> {
        let end = Evidence::of(item, "ended it");
        let here = self.memory.watched.iter_mut();
        let here = here.filter(|((place, _), _)| *place == room);
        here.flat_map(|(_, watch)| watch.leave(item, room, Some(&end), &left))
            .collect()
    }

    /// Whoever is gone has left everything.
    fn gone(&mut self, item: &StreamItem, who: ParticipantId) -> Vec<Claim> {
        let end = Evidence::of(item, "ended its last session");
        let own = self.memory.watched.iter_mut();
        let own = own.filter(|((_, there), _)| *there == who);
        own.flat_map(|((room, _), watch)| watch.leave(item, *room, Some(&end), &|_, _| true))
            .collect()
    }

    /// Files on which nobody acted for a while were left; once a minute of the log is enough to see that.
    fn sweep(&mut self, item: &StreamItem) -> Vec<Claim> {
        if item.at.since(self.memory.swept) < 60_000 {
            return Vec::new();
        }
        self.memory.swept = item.at;
        let idle = 60_000 * self.thresholds.get(&IDLE_MINUTES);
        let left = |place: &Place, stay: &Stay| {
            let file = matches!(place, Place::File(_)) && stay.lease.is_none();
            file && item.at.since(stay.last_at) >= idle
        };
        let all = self.memory.watched.iter_mut();
        all.flat_map(|((room, _), watch)| watch.leave(item, *room, None, &left))
            .collect()
    }
}

impl Watch {
    fn leave(
        &mut self,
        item: &StreamItem,
        room: RoomId,
        end: Option<&Evidence>,
        left: &impl Fn(&Place, &Stay) -> bool,
    ) -> Vec<Claim> {
        let mut claims = Vec::new();
        let by = self.handle.clone();
        self.at.retain(|place, stay| {
            if !left(place, stay) {
                return true;
            }
            let minutes = item.at.since(stay.since) / 60_000;
            let says = format!(
                "@{by} works on {} no longer, after {minutes} min",
                place.named()
            );
            let mut evidence = vec![
                Evidence::at(stay.entered, &by, "began to work on it"),
                Evidence::at(stay.last, &by, "acted on it last"),
            ];
            evidence.extend(end.cloned());
            let mut claim = Claim::new((EXIT, "exit"), room, says, evidence)
                .sure(90)
                .concerning([by.clone()])
                .with_figures(json!({"minutes": minutes}))
                .with_details(place.details());
            claim.about = format!("exit:{}:{}", stay.entered, hash(&place.named()));
            claims.push(claim);
            false
        });
        claims
    }
}

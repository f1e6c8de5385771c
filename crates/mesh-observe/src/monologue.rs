//! Monologue: what one agent tells of its own progress on a task, gathered into chunks that say where it stands.
//!
//! A chunk repeats no word: it names the places. What is not told in the room is in none.

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

const CHUNK: &str = "monologue-chunk";

/// Tasks whose progress is gathered at once.
const TASKS_MAX: usize = 2048;
/// Paths of one chunk.
const PATHS_MAX: usize = 12;

const PIECES: Threshold = Threshold {
    name: "pieces",
    about: "how many pieces make a chunk",
    unit: "pieces",
    why: "as many places as one claim names, with one for its end",
    default: 12,
    least: 2,
    most: 15,
};
const CHUNK_MINUTES: Threshold = Threshold {
    name: "chunk-minutes",
    about: "after how many minutes a chunk is told though it is short",
    unit: "minutes",
    why: "whoever follows along wants to know within half an hour",
    default: 30,
    least: 1,
    most: 1440,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "monologue",
    says: "what one agent tells of its own progress on a task, gathered into chunks by their places",
    inputs: &[
        "task.attempt_failed",
        "task.cancelled",
        "task.finished",
        "task.handed_off",
        "task.progressed",
        "task.redacted",
    ],
    published: &[Published {
        kind: CHUNK,
        about: "What one agent told of its progress on a task, as places, with the files that it named.",
        details: Some(details),
    }],
    thresholds: &[PIECES, CHUNK_MINUTES, CLAIMS_PER_HOUR],
    start,
};

fn details() -> Value {
    let path = json!({"type": "string", "maxLength": 128});
    json!({
        "type": "object",
        "required": ["task", "chunk", "paths", "last"],
        "additionalProperties": false,
        "properties": {
            "task": {"type": "string", "maxLength": 36},
            "chunk": {"type": "integer", "minimum": 1},
            "paths": {"type": "array", "items": path, "maxItems": PATHS_MAX},
            "last": {"type": "boolean"}
        }
    })
}

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(Monologue {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

struct Monologue {
    thresholds: Thresholds,
    memory: Memory,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    tasks: Lately<TaskId, Chunk, TASKS_MAX>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Chunk {
    who: ParticipantId,
    handle: String,
    room: RoomId,
    number: u64,
    began: Millis,
    places: Vec<Seq>,
    chars: u64,
    paths: Vec<String>,
}

impl Observer for Monologue {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        let (Some(what), Some(room)) = (act(item), item.room) else {
            return Vec::new();
        };
        match &what {
            What::Progressed { task, text } if !text.is_empty() => {
                self.told(item, room, *task, text)
            }
            What::Finished { task, .. }
            | What::Failed { task, .. }
            | What::HandedOff { task, .. } => {
                let chunk = self.memory.tasks.remove(task);
                let chunk = chunk.filter(|chunk| !chunk.places.is_empty());
                let claim = chunk.map(|chunk| chunk.claim(*task, Some(item)));
                claim.into_iter().collect()
            }
            // Erased words are in no chunk.
            What::Over { task } => {
                self.memory.tasks.remove(task);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl Monologue {
    fn told(&mut self, item: &StreamItem, room: RoomId, task: TaskId, text: &str) -> Vec<Claim> {
        let Some(from) = &item.from else {
            return Vec::new();
        };
        let (pieces, minutes) = (
            self.thresholds.get(&PIECES) as usize,
            self.thresholds.get(&CHUNK_MINUTES),
        );
        let mut claims = Vec::new();
        let other = |chunk: &Chunk| chunk.who != from.id && !chunk.places.is_empty();
        if let Some(chunk) = self.memory.tasks.get(&task).filter(|chunk| other(chunk)) {
            // Somebody else goes on: what the former one told is its own.
            claims.push(chunk.claim(task, None));
            self.memory.tasks.remove(&task);
        }
        let chunk = self.memory.tasks.touch(task, || Chunk {
            who: from.id,
            handle: handle(item),
            room,
            number: 1,
            began: item.at,
            places: Vec::new(),
            chars: 0,
            paths: Vec::new(),
        });
        if chunk.places.is_empty() {
            chunk.began = item.at;
        }
        chunk.places.push(item.seq);
        chunk.chars += text.chars().count() as u64;
        for path in declared_paths(text) {
            if chunk.paths.len() < PATHS_MAX && !chunk.paths.contains(&path) {
                chunk.paths.push(path);
            }
        }
        let late = item.at.since(chunk.began) >= 60_000 * minutes;
        if chunk.places.len() >= pieces || (late && chunk.places.len() > 1) {
            claims.push(chunk.claim(task, None));
            chunk.number += 1;
            chunk.chars = 0;
            chunk.places.clear();
            chunk.paths.clear();
        }
        claims
    }
}

impl Chunk {
    fn claim(&self, task: TaskId, end: Option<&StreamItem>) -> Claim {
        let by = &self.handle;
        let (first, last) = (
            self.places.first().copied().unwrap_or_default(),
            self.places.last().copied().unwrap_or_default(),
        );
        let ends = if end.is_some() { ", the last ones" } else { "" };
        let says = format!(
            "@{by} told {} piece(s) of its progress on task {} from {first} to {last}{ends}",
            self.places.len(),
            short(task)
        );
        let told = self
            .places
            .iter()
            .map(|seq| Evidence::at(*seq, by, "told of its progress"));
        let end = end.map(|item| Evidence::of(item, "ended the attempt"));
        let last = end.is_some();
        let mut claim = Claim::new((CHUNK, "chunk"), self.room, says, told.chain(end).collect())
            .concerning([by.clone()])
            .with_figures(json!({"pieces": self.places.len(), "chars": self.chars}))
            .with_details(json!({
                "task": task,
                "chunk": self.number,
                "paths": self.paths,
                "last": last,
            }));
        claim.about = format!("chunk:{task}:{first}");
        claim
    }
}

//! What an observer says, and on what it rests.

use mesh_model::api::StreamItem;
use mesh_model::{RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Events that one claim names at most.
pub const EVIDENCE_MAX: usize = 16;
/// Characters of what a claim says.
const SAYS_CHARS_MAX: usize = 400;

/// Something that an observer takes to be so. It is said in the room of its evidence and nowhere else: what was seen in one
/// room is never told in another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// The event type it is published as.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The rule that found it.
    pub rule: &'static str,
    /// Where.
    pub room: RoomId,
    /// A sentence for people and programs. It holds names, numbers and paths, and nobody's sentences.
    pub says: String,
    /// How sure the rule is, percent.
    pub confidence: u8,
    /// Handles of those whom it concerns.
    pub concerns: Vec<String>,
    /// The events it rests on, the oldest first.
    pub evidence: Vec<Evidence>,
    /// Figures that go with it.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub figures: Map<String, Value>,
    /// What it is about: the same twice is one claim.
    #[serde(skip)]
    pub about: String,
}

/// An event that a claim rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its place in the log.
    pub seq: Seq,
    /// The handle of whoever did it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// What it was, in the observer's words.
    pub did: String,
}

impl Evidence {
    /// The event at hand.
    pub fn of(item: &StreamItem, did: impl Into<String>) -> Evidence {
        Evidence {
            seq: item.seq,
            by: handle(item),
            did: did.into(),
        }
    }
}

/// Who did it; empty if the node itself did.
pub fn handle(item: &StreamItem) -> String {
    let from = item.from.as_ref();
    from.map(|from| from.handle.clone()).unwrap_or_default()
}

/// As people see a task's id: its end.
pub fn short(task: TaskId) -> String {
    let id = task.to_string();
    id[id.len().saturating_sub(8)..].to_owned()
}

impl Claim {
    /// What is published, valid by [`payload_schema`].
    pub fn payload(&self) -> Map<String, Value> {
        let evidence: Vec<&Evidence> = self.evidence.iter().take(EVIDENCE_MAX).collect();
        let says: String = self.says.chars().take(SAYS_CHARS_MAX).collect();
        let mut payload = Map::from_iter([
            ("rule".to_owned(), json!(self.rule)),
            ("says".to_owned(), json!(says)),
            ("confidence".to_owned(), json!(self.confidence)),
            ("concerns".to_owned(), json!(self.concerns)),
            ("evidence".to_owned(), json!(evidence)),
        ]);
        if !self.figures.is_empty() {
            payload.insert("figures".to_owned(), json!(self.figures));
        }
        payload
    }

    /// The idempotency key under which it is published: after a crash the same claim is said once.
    pub fn key(&self) -> String {
        format!("{}:{}", self.kind, self.about)
    }
}

/// The schema of every claim's payload.
pub fn payload_schema() -> Map<String, Value> {
    let text = |most: usize| json!({"type": "string", "maxLength": most});
    let schema = json!({
        "type": "object",
        "required": ["rule", "says", "confidence", "evidence"],
        "additionalProperties": false,
        "properties": {
            "rule": text(40),
            "says": text(SAYS_CHARS_MAX),
            "confidence": {"type": "integer", "minimum": 0, "maximum": 100},
            "concerns": {"type": "array", "items": text(40), "maxItems": EVIDENCE_MAX},
            "evidence": {
                "type": "array",
                "minItems": 1,
                "maxItems": EVIDENCE_MAX,
                "items": {
                    "type": "object",
                    "required": ["seq", "did"],
                    "additionalProperties": false,
                    "properties": {
                        "seq": {"type": "integer", "minimum": 1},
                        "by": text(40),
                        "did": text(200)
                    }
                }
            },
            "figures": {"type": "object", "additionalProperties": {"type": "integer"}, "maxProperties": 16}
        }
    });
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

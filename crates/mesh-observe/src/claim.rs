//! What an observer says, and on what it rests.

use mesh_model::api::StreamItem;
use mesh_model::{RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::words::hash;

/// Events that one claim names at most.
pub const EVIDENCE_MAX: usize = 16;
/// Characters of what a claim says.
const SAYS_CHARS_MAX: usize = 400;

/// Something that an observer takes to be so. It is said in the room of its evidence and nowhere else: what was seen in one
/// room is never told in another. What rests on several rooms is told in none of them, but to those who read all of them.
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
    /// More of it, by the schema of its type.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
    /// All rooms of its evidence, if they are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub across: Vec<RoomId>,
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
    /// Its room, where those of one claim differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
}

impl Evidence {
    /// The event at hand.
    pub fn of(item: &StreamItem, did: impl Into<String>) -> Evidence {
        Evidence {
            seq: item.seq,
            by: handle(item),
            did: did.into(),
            room: None,
        }
    }

    /// Another event.
    pub fn at(seq: Seq, by: &str, did: &str) -> Evidence {
        Evidence {
            seq,
            by: by.to_owned(),
            did: did.to_owned(),
            room: None,
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
    /// A claim that still lacks whom it concerns and what goes with it. Of its evidence the newest is kept, the oldest first.
    pub fn new(
        (kind, rule): (&'static str, &'static str),
        room: RoomId,
        says: String,
        mut evidence: Vec<Evidence>,
    ) -> Claim {
        evidence.sort_by_key(|one| one.seq);
        evidence.dedup_by_key(|one| one.seq);
        evidence.drain(..evidence.len().saturating_sub(EVIDENCE_MAX));
        let places: Vec<String> = evidence.iter().map(|one| one.seq.to_string()).collect();
        Claim {
            kind,
            rule,
            room,
            says,
            confidence: 100,
            concerns: Vec::new(),
            figures: Map::new(),
            details: Map::new(),
            across: Vec::new(),
            about: format!("{rule}:{room}:{}", hash(&places.join(":"))),
            evidence,
        }
    }

    /// How sure the rule is, percent.
    pub fn sure(mut self, percent: u8) -> Claim {
        self.confidence = percent;
        self
    }

    /// Whom it concerns.
    pub fn concerning(mut self, handles: impl IntoIterator<Item = String>) -> Claim {
        let mut all: Vec<String> = handles.into_iter().filter(|one| !one.is_empty()).collect();
        all.sort();
        all.dedup();
        all.truncate(EVIDENCE_MAX);
        self.concerns = all;
        self
    }

    /// Figures that go with it.
    pub fn with_figures(mut self, figures: Value) -> Claim {
        self.figures = object(figures);
        self
    }

    /// More of it, by the schema of its type.
    pub fn with_details(mut self, details: Value) -> Claim {
        self.details = object(details);
        self
    }

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
        for (name, more) in [("figures", &self.figures), ("details", &self.details)] {
            if !more.is_empty() {
                payload.insert(name.to_owned(), json!(more));
            }
        }
        payload
    }

    /// The idempotency key under which it is published: after a crash the same claim is said once.
    pub fn key(&self) -> String {
        format!("{}:{}", self.kind, self.about)
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The schema of a claim's payload; `details` is that of its type's own part.
pub fn payload_schema(details: Option<Value>) -> Map<String, Value> {
    let text = |most: usize| json!({"type": "string", "maxLength": most});
    let mut properties = object(json!({
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
                    "did": text(200),
                    "room": text(36)
                }
            }
        },
        "figures": {"type": "object", "additionalProperties": {"type": "integer"}, "maxProperties": 16}
    }));
    properties.extend(details.map(|details| ("details".to_owned(), details)));
    object(json!({
        "type": "object",
        "required": ["rule", "says", "confidence", "evidence"],
        "additionalProperties": false,
        "properties": properties,
    }))
}

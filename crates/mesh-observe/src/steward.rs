//! The steward of principles: which decisions and tasks rest on which principle, which go against one, and on which nobody rests.
//!
//! A principle is a line that says so: "Principle: …", or "Principle 3: …", by which it can be named ("P3"). Said again under its
//! number it is changed; what rested on it has lost its footing, and that is told. Statements are kept as hashes of their words.

use std::collections::BTreeMap;

use mesh_model::api::{Message, StreamItem};
use mesh_model::{MessageId, Millis, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::acts::{What, act};
use crate::claim::{Claim, Evidence, handle};
use crate::conflicts::{Decided, sentences};
use crate::lately::Lately;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published};
use crate::thresholds::{Threshold, Thresholds};

const EDGE: &str = "edge-discovery";
const UPDATE: &str = "topology-update";

/// Rooms whose principles are remembered.
const ROOMS_MAX: usize = 256;
/// Principles of one room; the oldest is forgotten first.
const PRINCIPLES_MAX: usize = 128;
/// What rests on one principle, of which the newest is remembered.
const RESTING_MAX: usize = 64;
/// Tasks that name a principle and have no verdict yet.
const TASKS_MAX: usize = 1024;
/// Principles that one summary names.
const NAMED_MAX: usize = 12;

const EVERY_HOURS: Threshold = Threshold {
    name: "every-hours",
    about: "how often a room's principles are summed up, if something about them has changed",
    unit: "hours",
    why: "principles change slowly, and a day is soon enough",
    default: 24,
    least: 1,
    most: 720,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "steward",
    says: "which decisions and tasks rest on which principle, which go against one, and what has lost its footing",
    inputs: &[
        "message.deleted",
        "message.posted",
        "message.redacted",
        "task.confirmed",
        "task.created",
        "task.decided",
        "task.finished",
    ],
    published: &[
        Published {
            kind: EDGE,
            about: "A decision or a task rests on a principle of this room, or goes against it.",
            details: Some(edge_details),
        },
        Published {
            kind: UPDATE,
            about: "A principle of this room was changed or is gone, or how they stand: on which nothing rests, and how what rested on them ended.",
            details: Some(update_details),
        },
    ],
    thresholds: &[EVERY_HOURS, CLAIMS_PER_HOUR],
    start,
};

fn edge_details() -> Value {
    json!({
        "type": "object",
        "required": ["principle", "from", "relation"],
        "additionalProperties": false,
        "properties": {
            "principle": {"type": "integer", "minimum": 1},
            "name": {"type": "string", "maxLength": 8},
            "from": {"type": "integer", "minimum": 1},
            "relation": {"enum": ["cites", "near", "against"]}
        }
    })
}

fn update_details() -> Value {
    let principle = json!({
        "type": "object",
        "required": ["principle", "resting", "against", "good", "bad"],
        "additionalProperties": false,
        "properties": {
            "principle": {"type": "integer", "minimum": 1},
            "name": {"type": "string", "maxLength": 8},
            "resting": {"type": "integer", "minimum": 0},
            "against": {"type": "integer", "minimum": 0},
            "good": {"type": "integer", "minimum": 0},
            "bad": {"type": "integer", "minimum": 0}
        }
    });
    json!({
        "type": "object",
        "required": ["principles"],
        "additionalProperties": false,
        "properties": {"principles": {"type": "array", "items": principle, "maxItems": NAMED_MAX}}
    })
}

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(Steward {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

struct Steward {
    thresholds: Thresholds,
    memory: Memory,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    rooms: Lately<RoomId, Room, ROOMS_MAX>,
    /// Which principles a task names, by their numbers in the room's memory.
    tasks: Lately<TaskId, Vec<u64>, TASKS_MAX>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Room {
    /// In the order in which they were said.
    principles: BTreeMap<u64, Principle>,
    next: u64,
    told_at: Option<Millis>,
    /// Whether something has changed since then.
    changed: bool,
    /// Decisions since the beginning, and those of them that rest on no principle.
    decisions: u64,
    alone: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Principle {
    /// By which it can be named.
    number: Option<u32>,
    seq: Seq,
    by: String,
    message: MessageId,
    says: Decided,
    /// Decisions and tasks that rest on it: their places and whose they are.
    resting: Vec<(Seq, String)>,
    against: u64,
    /// Tasks that named it and were found good, and bad.
    good: u64,
    bad: u64,
}

/// How a decision stands towards a principle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Cites,
    Near,
    Against,
}

impl Relation {
    fn name(self) -> &'static str {
        match self {
            Relation::Cites => "cites",
            Relation::Near => "near",
            Relation::Against => "against",
        }
    }
}

impl Observer for Steward {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        let Some(what) = act(item) else {
            return Vec::new();
        };
        let mut claims = match item.room {
            Some(place) => self.summed_up(item, place),
            None => Vec::new(),
        };
        claims.extend(match what {
            What::Said(message) => self.said(item, &message),
            What::Gone(message) => self.gone(item, message),
            What::Asked { task, text } => self.asked(item, task, &text),
            What::Finished {
                task,
                good: Some(good),
                ..
            }
            | What::Judged { task, good } => {
                self.judged(item, task, good);
                Vec::new()
            }
            _ => Vec::new(),
        });
        claims
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl Steward {
    fn said(&mut self, item: &StreamItem, message: &Message) -> Vec<Claim> {
        let room = self.memory.rooms.touch(message.room, Room::default);
        let mut claims = Vec::new();
        let mut declares = false;
        for line in message.text.lines() {
            let Some((number, says)) = principle(line) else {
                continue;
            };
            declares = true;
            claims.extend(room.declare(item, message, number, says));
        }
        if declares {
            return claims;
        }
        let decided: Vec<Decided> = sentences(&message.text).filter_map(Decided::read).collect();
        if decided.is_empty() {
            return claims;
        }
        let named = room.named(&message.text);
        let answers = message.reply_to;
        let mut rests = false;
        for (id, known) in &mut room.principles {
            let cites = named.contains(id) || answers == Some(known.message);
            let against = decided.iter().any(|one| one.contradicts(&known.says));
            let near = decided.iter().any(|one| one.is_near(&known.says));
            let relation = match (against, cites, near) {
                (true, ..) => Relation::Against,
                (_, true, _) => Relation::Cites,
                (_, _, true) => Relation::Near,
                _ => continue,
            };
            rests |= relation != Relation::Against;
            claims.push(known.edge(item, message.room, relation, "decided"));
        }
        room.decisions += 1;
        room.alone += u64::from(!rests);
        room.changed = true;
        claims
    }

    /// A task that names a principle rests on it.
    fn asked(&mut self, item: &StreamItem, task: TaskId, text: &str) -> Vec<Claim> {
        let Some(place) = item.room else {
            return Vec::new();
        };
        let Some(room) = self.memory.rooms.get_mut(&place) else {
            return Vec::new();
        };
        let named = room.named(text);
        let mut claims = Vec::new();
        for id in &named {
            if let Some(known) = room.principles.get_mut(id) {
                claims.push(known.edge(item, place, Relation::Cites, "asked for work"));
                room.changed = true;
            }
        }
        if !named.is_empty() {
            self.memory.tasks.put(task, named);
        }
        claims
    }

    fn judged(&mut self, item: &StreamItem, task: TaskId, good: bool) {
        let named = self.memory.tasks.remove(&task).unwrap_or_default();
        let room = item
            .room
            .and_then(|place| self.memory.rooms.get_mut(&place));
        let Some(room) = room else { return };
        for id in named {
            if let Some(known) = room.principles.get_mut(&id) {
                known.good += u64::from(good);
                known.bad += u64::from(!good);
                room.changed = true;
            }
        }
    }

    fn gone(&mut self, item: &StreamItem, message: MessageId) -> Vec<Claim> {
        let Some(place) = item.room else {
            return Vec::new();
        };
        let Some(room) = self.memory.rooms.get_mut(&place) else {
            return Vec::new();
        };
        let gone = room.principles.iter();
        let gone = gone.filter(|(_, known)| known.message == message);
        let gone: Vec<u64> = gone.map(|(id, _)| *id).collect();
        room.changed |= !gone.is_empty();
        let taken = gone.iter().filter_map(|id| room.principles.remove(id));
        taken
            .filter_map(|known| known.footing(item, place, Ended::Gone))
            .collect()
    }

    /// How the principles of a room stand, if it is time to say so.
    fn summed_up(&mut self, item: &StreamItem, place: RoomId) -> Vec<Claim> {
        let every = 3_600_000 * self.thresholds.get(&EVERY_HOURS);
        let Some(room) = self.memory.rooms.get_mut(&place) else {
            return Vec::new();
        };
        let told_at = *room.told_at.get_or_insert(item.at);
        if !room.changed || room.principles.is_empty() || item.at.since(told_at) < every {
            return Vec::new();
        }
        (room.told_at, room.changed) = (Some(item.at), false);
        vec![room.summary(item, place)]
    }
}

impl Room {
    /// A principle is said, for the first time or anew.
    fn declare(
        &mut self,
        item: &StreamItem,
        message: &Message,
        number: Option<u32>,
        says: Decided,
    ) -> Option<Claim> {
        let mut known = self.principles.iter();
        let before = known.find(|(_, known)| number.is_some() && known.number == number);
        let before = before.map(|(id, _)| *id);
        let before = before.and_then(|id| self.principles.remove(&id));
        if self.principles.len() == PRINCIPLES_MAX {
            self.principles.pop_first();
        }
        self.next += 1;
        self.changed = true;
        let principle = Principle {
            number,
            seq: item.seq,
            by: handle(item),
            message: message.id,
            says,
            resting: Vec::new(),
            against: 0,
            good: 0,
            bad: 0,
        };
        self.principles.insert(self.next, principle);
        before?.footing(item, message.room, Ended::Changed)
    }

    /// The principles that a text names by their numbers.
    fn named(&self, text: &str) -> Vec<u64> {
        let numbers = numbers(text);
        let known = self.principles.iter();
        let known = known.filter(|(_, known)| known.number.is_some_and(|it| numbers.contains(&it)));
        known.map(|(id, _)| *id).collect()
    }

    fn summary(&self, item: &StreamItem, place: RoomId) -> Claim {
        let all = self.principles.values();
        let bare = all.clone().filter(|known| known.resting.is_empty());
        let bare = bare.count();
        let says = format!(
            "{} principles here: {bare} on which nothing rests; {} decisions, {} of them on none",
            self.principles.len(),
            self.decisions,
            self.alone
        );
        let newest = all.clone().rev().take(NAMED_MAX);
        let told: Vec<Value> = newest.map(Principle::told).collect();
        let evidence = all.clone().map(|known| known.evidence("said a principle"));
        let against: u64 = all.clone().map(|known| known.against).sum();
        let (good, bad) = all.fold((0, 0), |(good, bad), known| {
            (good + known.good, bad + known.bad)
        });
        let mut claim = Claim::new((UPDATE, "stands"), place, says, evidence.collect())
            .with_figures(json!({
                "principles": self.principles.len(),
                "bare": bare,
                "decisions": self.decisions,
                "alone": self.alone,
                "against": against,
                "good": good,
                "bad": bad,
            }))
            .with_details(json!({ "principles": told }));
        claim.about = format!("stands:{place}:{}", item.seq);
        claim
    }
}

/// How a principle ended.
#[derive(Debug, Clone, Copy)]
enum Ended {
    /// It was said anew, with other words.
    Changed,
    /// Its words were taken back.
    Gone,
}

impl Principle {
    /// What it is called where it is told of.
    fn name(&self) -> String {
        match self.number {
            Some(number) => format!("P{number}"),
            None => format!("of {}", self.seq),
        }
    }

    fn evidence(&self, did: &str) -> Evidence {
        Evidence::at(self.seq, &self.by, did)
    }

    fn told(&self) -> Value {
        let mut told = json!({
            "principle": self.seq,
            "resting": self.resting.len(),
            "against": self.against,
            "good": self.good,
            "bad": self.bad,
        });
        if let Some(number) = self.number {
            told["name"] = json!(format!("P{number}"));
        }
        told
    }

    /// Something stands towards it in some way.
    fn edge(&mut self, item: &StreamItem, place: RoomId, relation: Relation, did: &str) -> Claim {
        let who = handle(item);
        let name = self.name();
        let (says, sure) = match relation {
            Relation::Cites => (format!("@{who} rests it on the principle {name}"), 95),
            Relation::Near => (
                format!("what @{who} decided is about the same as the principle {name}"),
                60,
            ),
            Relation::Against => (
                format!("what @{who} decided goes against the principle {name}"),
                80,
            ),
        };
        if relation == Relation::Against {
            self.against += 1;
        } else {
            let over = (self.resting.len() + 1).saturating_sub(RESTING_MAX);
            self.resting.drain(..over);
            self.resting.push((item.seq, who.clone()));
        }
        let mut details = json!({
            "principle": self.seq, "from": item.seq, "relation": relation.name(),
        });
        if self.number.is_some() {
            details["name"] = json!(name);
        }
        let evidence = vec![self.evidence("said the principle"), Evidence::of(item, did)];
        let mut claim = Claim::new((EDGE, relation.name()), place, says, evidence)
            .sure(sure)
            .concerning([who, self.by.clone()])
            .with_details(details);
        claim.about = format!("edge:{}:{name}:{}", self.seq, item.seq);
        claim
    }

    /// What rested on it has lost its footing; nothing is told if nothing did.
    fn footing(self, item: &StreamItem, place: RoomId, ended: Ended) -> Option<Claim> {
        if self.resting.is_empty() {
            return None;
        }
        let (rule, how, did) = match ended {
            Ended::Changed => ("changed", "was changed", "changed the principle"),
            Ended::Gone => ("gone", "is gone", "took the principle back"),
        };
        let name = self.name();
        let says = format!(
            "the principle {name} {how}; {} decisions and tasks rested on it",
            self.resting.len()
        );
        let resting = self.resting.iter();
        let resting = resting.map(|(seq, by)| Evidence::at(*seq, by, "rested on it"));
        let evidence = resting.chain([Evidence::of(item, did)]).collect();
        let concerned = self.resting.iter().map(|(_, by)| by.clone());
        let mut claim = Claim::new((UPDATE, rule), place, says, evidence)
            .concerning(concerned.chain([self.by.clone()]))
            .with_figures(json!({"resting": self.resting.len()}))
            .with_details(json!({"principles": [self.told()]}));
        claim.about = format!("{rule}:{}:{name}:{}", self.seq, item.seq);
        Some(claim)
    }
}

/// How a line says that it is a principle.
const MARKS: &[&str] = &["principle", "grundsatz", "prinzip", "principio"];

/// The principle that a line says, with its number if it has one.
fn principle(line: &str) -> Option<(Option<u32>, Decided)> {
    let line = line.trim_start_matches(['#', '-', '*', ' ', '>']);
    let lower = line.to_lowercase();
    let mark = MARKS.iter().find(|mark| lower.starts_with(**mark))?;
    let (head, says) = lower[mark.len()..].split_once(':')?;
    let head = head.trim_matches(['*', ' ']);
    let number = match head.strip_prefix('p').unwrap_or(head) {
        "" if head.is_empty() => None,
        digits => Some(digits.parse().ok()?),
    };
    Some((number, Decided::of(says, false)?))
}

/// The numbers of principles that a text names: `P3`, "principle 3".
fn numbers(text: &str) -> Vec<u32> {
    let mut found = Vec::new();
    let mut words = text.split(|c: char| !c.is_alphanumeric()).peekable();
    while let Some(word) = words.next() {
        let short: Option<u32> = word
            .strip_prefix('P')
            .and_then(|digits| digits.parse().ok());
        let lower = word.to_lowercase();
        // "principle P7" names it by its short name, which is the next word.
        let spelt = MARKS
            .contains(&lower.as_str())
            .then(|| words.peek()?.parse().ok());
        found.extend(short.or(spelt.flatten()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principle_says_that_it_is_one() {
        let number = |line: &str| principle(line).map(|(number, _)| number);
        for (line, expected) in [
            ("Principle: secrets never stand in logs", None),
            ("Principle 3: deploys never go out on Friday", Some(3)),
            ("- **Principle P12**: one way to do each thing", Some(12)),
            ("## Grundsatz 4: Daten bleiben im Haus", Some(4)),
        ] {
            assert_eq!(number(line), Some(expected), "{line}");
        }
        for line in [
            "In principle: yes, deploys can wait",
            "Principle of least surprise: nice",
            "Principle: no",
            "principles are good",
        ] {
            assert_eq!(number(line), None, "{line}");
        }
    }

    #[test]
    fn principles_are_named_by_their_numbers() {
        assert_eq!(numbers("By P3 and principle 12, not p4 or P5a."), [3, 12]);
        assert_eq!(numbers("grundsatz P7; Principle"), [7]);
    }
}

//! The graph feeder: who works with whom on what. Edges between agents, tasks and files of a room become heavier with each act
//! and fade; what changed since the last time is told as a delta.
//!
//! Weights are whole thousandths and halve by the log's time, so a replay has the same.

use mesh_model::api::StreamItem;
use mesh_model::{Millis, ParticipantId, RoomId, Seq, TaskId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::acts::{What, act};
use crate::claim::{Claim, Evidence, handle};
use crate::conflicts::{changed_by_task, declared_paths};
use crate::lately::Lately;
use crate::observer::{About, CLAIMS_PER_HOUR, Observer, Published};
use crate::thresholds::{Threshold, Thresholds};

const UPDATE: &str = "graph-update";

/// Edges of one room.
const EDGES_MAX: usize = 2048;
/// Edges of one delta; the rest is told with the next one.
const DELTA_MAX: usize = 32;
/// Handles that are remembered of whom messages name.
const HANDLES_MAX: usize = 2048;
/// What one act adds.
const ACT: u64 = 1000;
/// The least weight that is still an edge.
const LEAST: u64 = 100;

const EVERY_MINUTES: Threshold = Threshold {
    name: "every-minutes",
    about: "how often a room's delta is told",
    unit: "minutes",
    why: "a page that draws it is fresh enough, and an hour has two claims",
    default: 30,
    least: 1,
    most: 1440,
};
const HALF_HOURS: Threshold = Threshold {
    name: "half-hours",
    about: "after how many hours without an act an edge has half its weight",
    unit: "hours",
    why: "what nobody touched for a week is an eighth or less of what was worked on today",
    default: 48,
    least: 1,
    most: 8760,
};

/// What it declares.
pub const ABOUT: About = About {
    name: "graph",
    says: "who works with whom on which tasks and files, as changes of a graph whose edges fade",
    inputs: &[
        "file.put",
        "lease.taken",
        "message.posted",
        "task.created",
        "task.progressed",
        "task.taken",
    ],
    published: &[Published {
        kind: UPDATE,
        about: "What changed in this room's graph of agents, tasks and files.",
        details: Some(details),
    }],
    thresholds: &[EVERY_MINUTES, HALF_HOURS, CLAIMS_PER_HOUR],
    start,
};

fn details() -> Value {
    let node = json!({"type": "string", "maxLength": 140});
    let weight = json!({"type": "integer", "minimum": 0});
    let edge = json!({
        "type": "object",
        "required": ["from", "to", "weight", "was"],
        "additionalProperties": false,
        "properties": {"from": node, "to": node, "weight": weight, "was": weight}
    });
    json!({
        "type": "object",
        "required": ["edges", "left_over"],
        "additionalProperties": false,
        "properties": {
            "edges": {"type": "array", "items": edge, "maxItems": DELTA_MAX},
            "left_over": {"type": "integer", "minimum": 0}
        }
    })
}

fn start(thresholds: Thresholds, memory: Option<Value>) -> serde_json::Result<Box<dyn Observer>> {
    let memory = memory.map(serde_json::from_value).transpose()?;
    Ok(Box::new(Graph {
        thresholds,
        memory: memory.unwrap_or_default(),
    }))
}

struct Graph {
    thresholds: Thresholds,
    memory: Memory,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    rooms: Lately<RoomId, Room, 256>,
    handles: Lately<ParticipantId, String, HANDLES_MAX>,
}

/// The nodes that an edge joins.
type Ends = (Node, Node);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Room {
    edges: Lately<Ends, Edge, EDGES_MAX>,
    told_at: Option<Millis>,
}

/// What an edge joins, in the order in which it is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Node {
    Agent(String),
    Task(TaskId),
    File(String),
}

impl Node {
    fn told(&self) -> String {
        match self {
            Node::Agent(handle) => format!("@{handle}"),
            Node::Task(task) => format!("task:{task}"),
            Node::File(path) => format!("file:{path}"),
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Edge {
    /// Thousandths, at `at`.
    weight: u64,
    at: Millis,
    /// What was told of it last.
    told: u64,
    /// The act that made it heavier last, and whose it was.
    last: Seq,
    by: String,
}

impl Observer for Graph {
    fn observe(&mut self, item: &StreamItem) -> Vec<Claim> {
        let (Some(what), Some(place)) = (act(item), item.room) else {
            return Vec::new();
        };
        if let Some(from) = &item.from {
            let known = self.memory.handles.touch(from.id, String::new);
            known.clone_from(&from.handle);
        }
        let half = 3_600_000 * self.thresholds.get(&HALF_HOURS);
        let every = 60_000 * self.thresholds.get(&EVERY_MINUTES);
        let edges = self.edges(item, &what);
        let room = self.memory.rooms.touch(place, Room::default);
        let told_at = *room.told_at.get_or_insert(item.at);
        let mut claims = Vec::new();
        if item.at.since(told_at) >= every {
            room.told_at = Some(item.at);
            claims.extend(room.delta(item, place, half));
        }
        for (from, to) in edges {
            let edge = room.edges.touch((from, to), Edge::default);
            edge.weight = faded(edge.weight, item.at.since(edge.at), half) + ACT;
            (edge.at, edge.last, edge.by) = (item.at, item.seq, handle(item));
        }
        claims
    }

    fn memory(&self) -> serde_json::Result<Value> {
        serde_json::to_value(&self.memory)
    }
}

impl Graph {
    /// The edges that an act makes heavier.
    fn edges(&self, item: &StreamItem, what: &What) -> Vec<(Node, Node)> {
        let who = Node::Agent(handle(item));
        let files = |from: &Node, paths: Vec<String>| -> Vec<(Node, Node)> {
            let paths = paths.into_iter().map(Node::File);
            paths.map(|path| (from.clone(), path)).collect()
        };
        match what {
            What::Said(message) => {
                let others = message.mentions.iter().filter_map(|who| {
                    let handle = self.memory.handles.get(who)?;
                    Some(Node::Agent(handle.clone()))
                });
                let others = others.filter(|other| *other != who);
                let mut edges: Vec<(Node, Node)> =
                    others.map(|other| pair(who.clone(), other)).collect();
                edges.extend(files(&who, declared_paths(&message.text)));
                edges
            }
            What::Asked { task, text } => {
                let task = Node::Task(*task);
                let mut edges = files(&task, changed_by_task(text));
                edges.push(pair(who, task));
                edges
            }
            What::Taken { task, .. } => vec![pair(who, Node::Task(*task))],
            What::Progressed { task, text } => {
                let mut edges = files(&who, declared_paths(text));
                edges.push(pair(who, Node::Task(*task)));
                edges
            }
            What::Leased { paths, .. } => files(&who, paths.clone()),
            What::Put { path, .. } => files(&who, vec![path.clone()]),
            _ => Vec::new(),
        }
    }
}

impl Room {
    /// What changed by half or more since it was told last; the heaviest changes first.
    fn delta(&mut self, item: &StreamItem, place: RoomId, half: u64) -> Option<Claim> {
        let now = |edge: &Edge| {
            let weight = faded(edge.weight, item.at.since(edge.at), half);
            if weight < LEAST { 0 } else { weight }
        };
        let mut order: Vec<(Ends, u64, u64)> = Vec::new();
        for (ends, edge) in self.edges.iter() {
            let (weight, was) = (now(edge), edge.told);
            if 2 * weight.abs_diff(was) >= weight.max(was).max(1) {
                order.push((ends.clone(), weight, was));
            }
        }
        order.sort_by_key(|(_, weight, was)| std::cmp::Reverse(weight.abs_diff(*was)));
        let left_over = order.len().saturating_sub(DELTA_MAX);
        order.truncate(DELTA_MAX);
        let (mut edges, mut evidence) = (Vec::new(), Vec::new());
        for (ends, weight, was) in &order {
            let (from, to) = ends;
            edges.push(json!({"from": from.told(), "to": to.told(), "weight": weight, "was": was}));
            if let Some(edge) = self.edges.get_mut(ends) {
                edge.told = *weight;
                evidence.push(Evidence::at(edge.last, &edge.by, "made an edge heavier"));
            }
        }
        if edges.is_empty() {
            return None;
        }
        let gone = order.iter().filter(|(_, weight, _)| *weight == 0).count();
        let new = order.iter().filter(|(_, _, was)| *was == 0).count();
        let says = format!(
            "{new} new edge(s) between agents, tasks and files, {} heavier or lighter, {gone} faded",
            order.len() - new - gone
        );
        self.edges.retain(|_, edge| now(edge) > 0 || edge.told > 0);
        let mut claim = Claim::new((UPDATE, "delta"), place, says, evidence)
            .with_figures(json!({"new": new, "faded": gone, "edges": self.edges.len()}))
            .with_details(json!({"edges": edges, "left_over": left_over}));
        claim.about = format!("delta:{place}:{}", item.seq);
        Some(claim)
    }
}

/// Two nodes in the order of their names: it is one edge from either side.
fn pair(one: Node, other: Node) -> (Node, Node) {
    if one <= other {
        (one, other)
    } else {
        (other, one)
    }
}

/// A weight after some time: half of it for each half-life, in a straight line between.
fn faded(weight: u64, ms: u64, half: u64) -> u64 {
    let halvings = u32::try_from(ms / half).unwrap_or(u32::MAX);
    let weight = weight.checked_shr(halvings).unwrap_or(0);
    let rest = u128::from(ms % half);
    let lost = u128::from(weight) * rest / (2 * u128::from(half));
    weight - u64::try_from(lost).unwrap_or(weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_halves_with_each_half_life() {
        assert_eq!(faded(1000, 0, 60), 1000);
        assert_eq!(faded(1000, 30, 60), 750);
        assert_eq!(faded(1000, 60, 60), 500);
        assert_eq!(faded(1000, 90, 60), 375);
        assert_eq!(faded(1000, 60_000, 60), 0);
        assert_eq!(faded(1000, u64::MAX, 60), 0);
    }
}

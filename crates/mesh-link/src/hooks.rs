//! Hooks: when something happens, a tool is called. They follow the node as any listener does, so they hold nothing
//! up; what happens while the node is down calls nobody.

use std::collections::BTreeMap;
use std::sync::Arc;

use mesh_model::events::Kind;
use mesh_model::{Actor, ParticipantId, RoomId, Seq};
use mesh_node::machine::Taken;
use mesh_node::{Filter, Node};
use mesh_ops::{Caller, Door, Options};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::settings::{Event, Hook};

/// Hooks that run at the same time. While all are busy the listener waits; it catches up from the log.
const RUNNING_MAX: usize = 8;
/// What is filled in for one blank.
const BLANK_CHARS_MAX: usize = 500;

/// The events that hooks may wait for.
const TYPES: &[&str] = &[
    "task.created",
    "task.finished",
    "task.decided",
    "task.resolved",
    "task.attempt_failed",
    "session.opened",
    "session.closed",
    "approval.requested",
    "budget.warned",
];

/// The hooks at work. They end when this is dropped.
pub struct Hooks(Option<JoinHandle<()>>);

impl Hooks {
    /// Follows what happens from now on and calls the tools through the door, as the mesh's owner.
    pub fn start(door: Door, hooks: Vec<Hook>) -> Hooks {
        if hooks.is_empty() {
            return Hooks(None);
        }
        let from = door.node().head();
        Hooks(Some(tokio::spawn(follow(door, hooks.into(), from))))
    }
}

impl Drop for Hooks {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

#[derive(Debug, Deserialize)]
struct Frame {
    #[serde(default)]
    push: Vec<Item>,
}

/// An event as listeners get it.
#[derive(Debug, Deserialize)]
struct Item {
    seq: Seq,
    at: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    room: Option<RoomId>,
    #[serde(default)]
    from: Option<Author>,
    #[serde(default)]
    data: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Author {
    handle: String,
}

async fn follow(door: Door, hooks: Arc<[Hook]>, from: Seq) {
    let Some(owner) = door.node().access().owner() else {
        return;
    };
    let free = Arc::new(Semaphore::new(RUNNING_MAX));
    let mut position = from;
    let filter = Filter {
        rooms: Vec::new(),
        types: TYPES.iter().map(|kind| (*kind).to_owned()).collect(),
    };
    loop {
        let node = door.node();
        let mut listening = node.subscribe(owner, filter.clone(), Some(position));
        while let Taken::Frames(frames, last) = listening.next().await {
            for frame in &frames {
                let Ok(frame) = serde_json::from_slice::<Frame>(frame) else {
                    continue;
                };
                for item in frame.push {
                    happened(&door, &hooks, &free, owner, item).await;
                }
            }
            position = position.max(last);
        }
        if *node.stopping().borrow() {
            return;
        }
    }
}

/// Calls the tools that wait for this.
async fn happened(
    door: &Door,
    hooks: &[Hook],
    free: &Arc<Semaphore>,
    owner: ParticipantId,
    item: Item,
) {
    let node = door.node();
    let Some(event) = event(node, &item) else {
        return;
    };
    let room = item
        .room
        .and_then(|room| Some(node.access().room(room)?.name.clone()?.to_string()));
    let wanted: Vec<&Hook> = hooks
        .iter()
        .filter(|hook| hook.on == event && (hook.room.is_none() || hook.room == room))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let caller = Caller::known(Actor::Owner(owner));
    let fields = fields(door, &caller, &item, room).await;
    for hook in wanted {
        let Ok(turn) = Arc::clone(free).acquire_owned().await else {
            return;
        };
        let input = filled(&Value::Object(hook.input.clone()), &fields);
        let (door, caller, tool) = (door.clone(), caller.clone(), hook.tool.clone());
        tokio::spawn(async move {
            let asked = json!({"tool": tool, "input": input});
            let answer = door
                .call(&caller, "tool.call", asked, Options::default())
                .await;
            match answer.map(|reply| serde_json::from_slice::<Value>(&reply.body)) {
                Ok(Ok(answer)) if answer["ok"] == json!(false) => {
                    tracing::warn!(tool, why = %answer["text"], "a hook's tool failed");
                }
                Ok(_) => {}
                Err(refusal) => tracing::warn!(tool, %refusal, "a hook's tool was refused"),
            }
            drop(turn);
        });
    }
}

/// What an event means to those who set up hooks.
fn event(node: &Arc<Node>, item: &Item) -> Option<Event> {
    let is = |field: &str, value: &str| item.data.get(field).and_then(Value::as_str) == Some(value);
    match item.kind.as_str() {
        "task.created" => Some(Event::TaskCreated),
        "task.finished" if is("next", "done") => Some(Event::TaskCompleted),
        "task.decided" if is("decision", "accepted") => Some(Event::TaskCompleted),
        "task.decided" if is("decision", "rejected") => Some(Event::TaskFailed),
        "task.resolved" if is("resolution", "accept") => Some(Event::TaskCompleted),
        "task.resolved" if is("resolution", "fail") => Some(Event::TaskFailed),
        "task.attempt_failed" if is("next", "fail") => Some(Event::TaskFailed),
        "session.opened" if sessions(node, item)? == 1 => Some(Event::AgentOnline),
        "session.closed" if sessions(node, item)? == 0 => Some(Event::AgentOffline),
        "approval.requested" => Some(Event::ApprovalRequested),
        "budget.warned" => Some(Event::BudgetWarned),
        _ => None,
    }
}

/// How many sessions the agent has that an event is about; nothing if it is no agent.
fn sessions(node: &Arc<Node>, item: &Item) -> Option<usize> {
    let access = node.access();
    let agent = participant(node, item)?;
    let has = |agent: ParticipantId| {
        let all = access.sessions();
        all.filter(|session| session.participant == agent).count()
    };
    (access.participant(agent)?.kind == Kind::Agent).then(|| has(agent))
}

fn participant(node: &Arc<Node>, item: &Item) -> Option<ParticipantId> {
    let named = ["participant", "worker", "from"];
    let found = named
        .iter()
        .find_map(|field| item.data.get(*field)?.as_str());
    let id: ParticipantId = found?.parse().ok()?;
    node.access().participant(id).map(|found| found.id)
}

/// What blanks can be filled with.
async fn fields(
    door: &Door,
    caller: &Caller,
    item: &Item,
    room: Option<String>,
) -> BTreeMap<&'static str, String> {
    let text = |field: &str| match item.data.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let access = door.node().access();
    let agent = participant(door.node(), item)
        .and_then(|id| access.participant(id))
        .map(|found| found.handle.clone());
    let task = match item.data.get("holds").and_then(|holds| holds.get("task")) {
        Some(task) => task.as_str().unwrap_or_default().to_owned(),
        None => text("task"),
    };
    let mut title = text("title");
    if title.is_empty() && !task.is_empty() {
        let asked = json!({ "task": task });
        let found = door
            .call(caller, "task.get", asked, Options::default())
            .await;
        let found = found
            .ok()
            .and_then(|reply| serde_json::from_slice::<Value>(&reply.body).ok());
        title = found
            .and_then(|found| found.get("title")?.as_str().map(str::to_owned))
            .unwrap_or_default();
    }
    let by = item.from.as_ref().map(|from| from.handle.clone());
    BTreeMap::from([
        ("event", item.kind.clone()),
        ("seq", item.seq.to_string()),
        ("at", item.at.clone()),
        ("room", room.unwrap_or_default()),
        ("by", by.unwrap_or_default()),
        ("task", task),
        ("title", title),
        ("agent", agent.unwrap_or_default()),
        ("approval", text("approval")),
        ("question", text("question")),
        ("percent", text("percent")),
    ])
}

/// The input with its blanks filled in; what no blank is stays as it is. Filled-in words are not looked at for blanks.
fn filled(value: &Value, fields: &BTreeMap<&'static str, String>) -> Value {
    match value {
        Value::String(text) => filled_text(text, fields).into(),
        Value::Array(items) => items.iter().map(|item| filled(item, fields)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), filled(member, fields)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn filled_text(text: &str, fields: &BTreeMap<&'static str, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after
            .split_once('}')
            .and_then(|(name, rest)| Some((fields.get(name)?, rest)))
        {
            Some((value, after)) => {
                out.extend(value.chars().take(BLANK_CHARS_MAX));
                rest = after;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_filled_once() {
        let fields = BTreeMap::from([
            ("title", "a {room} b".to_owned()),
            ("room", "lab".to_owned()),
        ]);
        let input = json!({"text": "{title} in {room}, {unknown} {", "list": ["{room}", 3]});
        let input = filled(&input, &fields);
        assert_eq!(
            input,
            json!({"text": "a {room} b in lab, {unknown} {", "list": ["lab", 3]})
        );
    }
}

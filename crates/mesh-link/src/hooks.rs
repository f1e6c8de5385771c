//! Hooks: when something happens, a tool is called. They subscribe at the door as any listener does, as the mesh's
//! owner, so they hold nothing up; what happens while the node is down calls nobody.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mesh_model::api::{ReceivedContent, StreamFrame, StreamItem, TaskDetail, ToolAnswer};
use mesh_model::events::{
    AfterFailure, AfterResult, ApprovalFacts, ApprovalRequested, BudgetFacts, BudgetWarned,
    Decision, Event as _, Kind, Resolution, SessionClosed, SessionFacts, SessionOpened,
    TaskAttemptFailed, TaskCreated, TaskDecided, TaskFacts, TaskFinished, TaskResolved,
};
use mesh_model::{Actor, ApprovalId, Facts, ParticipantId, Refusal, Seq, TaskId};
use mesh_ops::{Caller, Door, Options, Taken, Wanted};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::settings::{Event, Hook};

/// Hooks that run at the same time. While all are busy the listener waits; it catches up from the log.
const RUNNING_MAX: usize = 8;
/// What is filled in for one blank.
const BLANK_CHARS_MAX: usize = 500;

/// The events that hooks may wait for.
const TYPES: [&str; 9] = [
    TaskCreated::KIND,
    TaskFinished::KIND,
    TaskDecided::KIND,
    TaskResolved::KIND,
    TaskAttemptFailed::KIND,
    SessionOpened::KIND,
    SessionClosed::KIND,
    ApprovalRequested::KIND,
    BudgetWarned::KIND,
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

async fn follow(door: Door, hooks: Arc<[Hook]>, mut position: Seq) {
    let free = Arc::new(Semaphore::new(RUNNING_MAX));
    let mut stopping = door.node().stopping();
    loop {
        // Made first, so that no change of rights falls between looking and waiting.
        let mut rights = door.node().rights();
        let Some(owner) = door.node().access().owner() else {
            return;
        };
        let caller = Caller::known(Actor::Owner(owner));
        let heard = listen(&door, &caller, &hooks, &free, &mut position).await;
        let again = async {
            let Err(refusal) = heard else { return };
            tracing::warn!(%refusal, "hooks hear of nothing until the owner may subscribe again");
            match refusal.retry_after_ms {
                Some(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
                // Without its sender the node is gone, and `stopping` says so.
                None => drop(rights.changed().await),
            }
        };
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stopping| *stopping) => return,
            () = again => {}
        }
    }
}

/// Hears what happens until it was too slow, or the right to hear it has ended.
async fn listen(
    door: &Door,
    caller: &Caller,
    hooks: &[Hook],
    free: &Arc<Semaphore>,
    position: &mut Seq,
) -> Result<(), Refusal> {
    let wanted = Wanted {
        after: Some(*position),
        rooms: Vec::new(),
        types: TYPES.map(str::to_owned).to_vec(),
        session: None,
    };
    let mut stream = door.subscribe(caller, None, wanted).await?;
    while let Taken::Frames(frames, last) = stream.next().await? {
        for frame in &frames {
            match serde_json::from_slice(frame) {
                Ok(StreamFrame::Push { push, .. }) => {
                    for item in &push {
                        happened(door, caller, hooks, free, item).await;
                    }
                }
                Ok(StreamFrame::Tail { .. } | StreamFrame::Ephemeral { .. }) => {}
                Err(why) => tracing::error!(%why, "a hook cannot read what the node tells"),
            }
        }
        *position = last.max(*position);
    }
    Ok(())
}

/// Calls the tools that wait for this.
async fn happened(
    door: &Door,
    caller: &Caller,
    hooks: &[Hook],
    free: &Arc<Semaphore>,
    item: &StreamItem,
) {
    let Some(told) = told(door, item) else {
        return;
    };
    let access = door.node().access();
    let room = item
        .room
        .and_then(|room| Some(access.room(room)?.name.clone()?.to_string()));
    let wanted: Vec<&Hook> = hooks
        .iter()
        .filter(|hook| hook.on == told.what && (hook.room.is_none() || hook.room == room))
        .collect();
    if wanted.is_empty() {
        return;
    }
    let fields = fields(door, caller, item, told, room).await;
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
            match answer.map(|reply| serde_json::from_slice::<ToolAnswer>(&reply.body)) {
                Ok(Ok(ToolAnswer {
                    ok: false, text, ..
                })) => {
                    tracing::warn!(tool, why = %text, "a hook's tool failed");
                }
                Ok(_) => {}
                Err(refusal) => tracing::warn!(tool, %refusal, "a hook's tool was refused"),
            }
            drop(turn);
        });
    }
}

/// What an event means to those who set up hooks.
struct Told {
    what: Event,
    task: Option<TaskId>,
    title: String,
    agent: Option<ParticipantId>,
    approval: Option<ApprovalId>,
    question: String,
    percent: Option<u8>,
}

impl Told {
    fn of(what: Event) -> Told {
        Told {
            what,
            task: None,
            title: String::new(),
            agent: None,
            approval: None,
            question: String::new(),
            percent: None,
        }
    }
}

fn told(door: &Door, item: &StreamItem) -> Option<Told> {
    match item.event()? {
        Facts::Task(facts) => task_told(item, &facts),
        Facts::Session(SessionFacts::Opened(it)) => (sessions(door, it.participant)? == 1)
            .then_some(Told {
                agent: Some(it.participant),
                ..Told::of(Event::AgentOnline)
            }),
        Facts::Session(SessionFacts::Closed(it)) => (sessions(door, it.participant)? == 0)
            .then_some(Told {
                agent: Some(it.participant),
                ..Told::of(Event::AgentOffline)
            }),
        Facts::Approval(ApprovalFacts::Requested(it)) => Some(Told {
            task: it.holds.map(|holds| holds.task),
            agent: Some(it.from),
            approval: Some(it.approval),
            question: words(item.said(&it).map(|body| body.question)),
            ..Told::of(Event::ApprovalRequested)
        }),
        Facts::Budget(BudgetFacts::Warned(it)) => Some(Told {
            percent: Some(it.percent),
            ..Told::of(Event::BudgetWarned)
        }),
        _ => None,
    }
}

fn task_told(item: &StreamItem, facts: &TaskFacts) -> Option<Told> {
    let (what, agent) = match facts {
        TaskFacts::Created(_) => (Event::TaskCreated, None),
        TaskFacts::Finished(it) if it.next == AfterResult::Done => {
            (Event::TaskCompleted, Some(it.worker))
        }
        TaskFacts::Decided(it) => match it.decision {
            Decision::Accepted => (Event::TaskCompleted, None),
            Decision::Rejected => (Event::TaskFailed, None),
            Decision::Person => return None,
        },
        TaskFacts::Resolved(it) => match it.resolution {
            Resolution::Accept => (Event::TaskCompleted, None),
            Resolution::Fail => (Event::TaskFailed, None),
            Resolution::Retry => return None,
        },
        TaskFacts::AttemptFailed(it) if it.next == AfterFailure::Fail => {
            (Event::TaskFailed, Some(it.worker))
        }
        _ => return None,
    };
    let title = match facts {
        TaskFacts::Created(it) => words(item.said(it).map(|body| body.title)),
        _ => String::new(),
    };
    Some(Told {
        task: Some(facts.task()),
        agent,
        title,
        ..Told::of(what)
    })
}

fn words(said: ReceivedContent<String>) -> String {
    said.plain().unwrap_or_default()
}

/// How many sessions the agent has; nothing if it is no agent.
fn sessions(door: &Door, agent: ParticipantId) -> Option<usize> {
    let access = door.node().access();
    (access.participant(agent)?.kind == Kind::Agent).then(|| {
        let all = access.sessions();
        all.filter(|session| session.participant == agent).count()
    })
}

/// What blanks can be filled with.
async fn fields(
    door: &Door,
    caller: &Caller,
    item: &StreamItem,
    told: Told,
    room: Option<String>,
) -> BTreeMap<&'static str, String> {
    let access = door.node().access();
    let agent = told
        .agent
        .and_then(|id| Some(access.participant(id)?.handle.clone()));
    let title = match told.task {
        Some(task) if told.title.is_empty() => title(door, caller, task).await,
        _ => told.title,
    };
    let by = item.from.as_ref().map(|from| from.handle.clone());
    BTreeMap::from([
        ("event", item.kind.clone()),
        ("seq", item.seq.to_string()),
        ("at", item.at.to_string()),
        ("room", room.unwrap_or_default()),
        ("by", by.unwrap_or_default()),
        ("task", text(told.task)),
        ("title", title),
        ("agent", agent.unwrap_or_default()),
        ("approval", text(told.approval)),
        ("question", told.question),
        ("percent", text(told.percent)),
    ])
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

async fn title(door: &Door, caller: &Caller, task: TaskId) -> String {
    let found = door
        .call(
            caller,
            "task.get",
            json!({ "task": task }),
            Options::default(),
        )
        .await;
    let found = found
        .ok()
        .and_then(|reply| serde_json::from_slice::<TaskDetail>(&reply.body).ok());
    let title = found.and_then(|found| found.task.title);
    title.map(String::from).unwrap_or_default()
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

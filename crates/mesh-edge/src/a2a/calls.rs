//! What A2A's methods do, whichever binding they come by.

use mesh_model::TaskId;
use mesh_model::api::{ApprovalDecideInput, TaskCreateInput, TaskDetail, TaskReasonInput};
use mesh_model::ops::{ApprovalDecide, TaskCancel, TaskCreate};
use serde::Serialize;
use serde_json::Value;

use super::asking::{Asking, Whom};
use super::fault::{Fault, Kind};
use super::follow::{Begun, Follow};
use super::wire::{List, Message, Named, Send, State, Task, Update};
use super::{card, files, list, push, words};

/// A method with what it was given.
pub(super) enum Ask {
    Send(Box<Send>),
    Stream(Box<Send>),
    Get(Named),
    List(List),
    Cancel(Named),
    Subscribe(Named),
    Push(push::Ask),
    Card,
}

/// What comes of it.
pub(super) enum Answer {
    One(Value),
    Many(Box<Follow>),
}

/// Carries a method out.
pub(super) async fn answer(asking: Asking, ask: Ask) -> Result<Answer, Fault> {
    let whom = asking.whom().await?;
    match ask {
        Ask::Send(given) => send(asking, &whom, *given, false).await,
        Ask::Stream(given) => send(asking, &whom, *given, true).await,
        Ask::Get(named) => {
            let history = words::history(named.history_length)?;
            let found = asking.task(&whom, &named.id).await?;
            one(&told(&asking, &found, history).await?)
        }
        Ask::List(wanted) => one(&list::list(&asking, &whom, wanted).await?),
        Ask::Cancel(named) => one(&cancel(&asking, &whom, &named.id).await?),
        Ask::Subscribe(named) => subscribe(asking, &whom, &named.id).await,
        Ask::Push(ask) => Ok(Answer::One(push::answer(&asking, &whom, ask).await?)),
        Ask::Card => one(&card::extended(&asking, &whom).await?),
    }
}

fn one(value: &impl Serialize) -> Result<Answer, Fault> {
    let value = serde_json::to_value(value);
    let broken = |_| mesh_model::refuse::internal("an answer could not be written as JSON");
    Ok(Answer::One(value.map_err(broken)?))
}

/// A task as it stands, with what its asker is asked.
pub(super) async fn told(
    asking: &Asking,
    found: &TaskDetail,
    history: usize,
) -> Result<Task, Fault> {
    let question = asking.question(&found.task).await?;
    Ok(words::told(found, question.as_ref(), history))
}

async fn send(asking: Asking, whom: &Whom, given: Send, streamed: bool) -> Result<Answer, Fault> {
    let wanted = given.configuration.unwrap_or_default();
    let push = wanted.task_push_notification_config;
    if let Some(config) = &push {
        push::check_new(&asking, config)?;
    }
    words::check_modes(&wanted.accepted_output_modes)?;
    let history = words::history(wanted.history_length)?;
    let message = given.message;
    // Whoever follows listens before the first thing happens.
    let follows = streamed || !wanted.return_immediately;
    let (task, follow) = if message.task_id.is_empty() {
        begin(&asking, whom, &message, follows).await?
    } else {
        go_on(&asking, whom, &message, follows).await?
    };
    let found = asking.read(task).await?;
    if let Some(config) = push {
        // What happened before it was there is told too.
        let after = message.task_id.is_empty().then_some(found.task.seq);
        push::create(&asking, task, config, after).await?;
    }
    let first = told(&asking, &found, history).await?;
    let Some(follow) = follow else {
        return one(&Update::Task(Box::new(first)));
    };
    let mut follow = follow.of(asking, task, first);
    if streamed {
        return Ok(Answer::Many(Box::new(follow)));
    }
    follow.settle().await?;
    let last = follow.asking.read(task).await?;
    let last = told(&follow.asking, &last, history).await?;
    one(&Update::Task(Box::new(last)))
}

/// A message without a task makes one.
async fn begin(
    asking: &Asking,
    whom: &Whom,
    message: &Message,
    follows: bool,
) -> Result<(TaskId, Option<Begun>), Fault> {
    let assigned = match whom {
        Whom::Agent(agent) => Some(agent.id.to_string()),
        Whom::Node | Whom::Room(_) => None,
    };
    let mut spec = words::spec(message, assigned)?;
    let files = files::of(&message.parts)?;
    let room = asking.room(whom, &message.context_id).await?;
    let follow = Follow::begin_if(follows, asking, &room).await?;
    let key = asking.key(message);
    let brought = files::put(asking, &room, &key, files).await?;
    spec.prompt = match (spec.prompt.is_empty(), brought.is_empty()) {
        (_, true) => spec.prompt,
        (true, false) => brought,
        (false, false) => format!("{}\n\n{brought}", spec.prompt),
    };
    let input = TaskCreateInput {
        room,
        tasks: vec![spec],
    };
    let key = Some(key);
    let created = asking.call_once::<TaskCreate>(input, key).await?;
    let task = created.tasks.first().map(|task| task.id);
    let none = || mesh_model::refuse::internal("a task was created and not told of");
    Ok((task.ok_or_else(none)?, follow))
}

/// A message to a task answers what the task asks. A task of a mesh takes no further words otherwise.
async fn go_on(
    asking: &Asking,
    whom: &Whom,
    message: &Message,
    follows: bool,
) -> Result<(TaskId, Option<Begun>), Fault> {
    let found = asking.task(whom, &message.task_id).await?;
    let room = found.task.room.to_string();
    if !message.context_id.is_empty() && message.context_id != room {
        return Err(Fault::field(
            "message.contextId",
            "the task belongs to another context",
            "leave it out: the task says it",
        ));
    }
    let Some(question) = asking.question(&found.task).await? else {
        return Err(Fault::new(
            Kind::Unsupported,
            "the task asks you nothing, and takes no further words",
            "send a message without taskId; with the task among referenceTaskIds it gets this one's result",
        ));
    };
    let (approve, reason) = words::verdict(message)?;
    let follow = Follow::begin_if(follows, asking, &room).await?;
    let input = ApprovalDecideInput {
        approval: question.id,
        approve,
        reason,
    };
    let key = Some(asking.key(message));
    asking.call_once::<ApprovalDecide>(input, key).await?;
    Ok((found.task.id, follow))
}

async fn cancel(asking: &Asking, whom: &Whom, id: &str) -> Result<Task, Fault> {
    let found = asking.task(whom, id).await?;
    let task = found.task.id;
    let input = TaskReasonInput {
        task,
        reason: String::new(),
    };
    let ended = found.task.state.is_ended();
    let refused = if ended {
        None
    } else {
        asking.call::<TaskCancel>(input).await.err()
    };
    let now = asking.read(task).await?;
    let now = told(asking, &now, 0).await?;
    match refused {
        None if !ended => Ok(now),
        Some(refusal) if !now.status.state.is_ended() => Err(Fault::of_task(refusal)),
        _ => Err(not_cancelable(now.status.state)),
    }
}

fn not_cancelable(state: State) -> Fault {
    let how = match state {
        State::Canceled => "it was cancelled before",
        State::Completed => "it is completed",
        _ => "it has failed",
    };
    Fault::new(
        Kind::TaskNotCancelable,
        format!("the task has ended: {how}"),
        "read it with GetTask",
    )
}

async fn subscribe(asking: Asking, whom: &Whom, id: &str) -> Result<Answer, Fault> {
    let found = asking.task(whom, id).await?;
    let (task, room) = (found.task.id, found.task.room.to_string());
    let follow = Follow::begin(&asking, &room).await?;
    let first = told(&asking, &asking.read(task).await?, 1).await?;
    if first.status.state.is_ended() {
        return Err(Fault::new(
            Kind::Unsupported,
            "the task has ended, and nothing more happens to it",
            "read it with GetTask",
        ));
    }
    let follow = follow.of(asking, task, first).until_its_end();
    Ok(Answer::Many(Box::new(follow)))
}

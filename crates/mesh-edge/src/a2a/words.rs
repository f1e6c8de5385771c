//! What is said, from one form into the other: a message becomes a task, a task is told in A2A's words.

use mesh_model::Millis;
use mesh_model::api::{
    ApprovalView, AttemptEnd, ResultView, TaskDetail, TaskOutputTold, TaskSpec, TaskView,
};
use mesh_model::events::TaskState;
use serde_json::{Map, Value, json};

use super::fault::{Fault, Kind};
use super::wire::{Artifact, Message, Part, Role, State, Status, Task};

/// The one artifact of a task.
pub(super) const RESULT: &str = "result";

/// The task that a message asks for. Texts are what is to be done; data goes with it.
pub(super) fn spec(message: &Message, assigned: Option<String>) -> Result<TaskSpec, Fault> {
    check(message)?;
    let (texts, data) = taken_apart(&message.parts, true)?;
    let input = match data.as_slice() {
        [] => None,
        [Value::Object(fields)] => Some(fields.clone()),
        many => Some(Map::from_iter([("data".to_owned(), json!(many))])),
    };
    let prompt = match (&input, texts.is_empty()) {
        (Some(input), true) => Value::Object(input.clone()).to_string(),
        _ => texts.join("\n\n"),
    };
    Ok(TaskSpec {
        prompt,
        input,
        assigned,
        needs: message.reference_task_ids.clone(),
        ..TaskSpec::default()
    })
}

fn check(message: &Message) -> Result<(), Fault> {
    if message.message_id.is_empty() {
        return Err(Fault::field(
            "message.messageId",
            "it is empty",
            "send a UUID: a message that is sent again with it makes no second task",
        ));
    }
    if message.role != Role::User {
        return Err(Fault::field(
            "message.role",
            "a client speaks as ROLE_USER",
            "send ROLE_USER",
        ));
    }
    Ok(())
}

/// The texts and the data; files stand for themselves, where there may be some.
fn taken_apart(parts: &[Part], files: bool) -> Result<(Vec<String>, Vec<Value>), Fault> {
    let (mut texts, mut data) = (Vec::new(), Vec::new());
    let mut has_files = false;
    for part in parts {
        let is_file = part.raw.is_some() || part.url.is_some();
        match (&part.text, &part.data) {
            (None, None) if is_file && files => has_files = true,
            _ if is_file => return Err(no_files()),
            (Some(text), None) => texts.push(text.clone()),
            (None, Some(value)) => data.push(value.clone()),
            _ => {
                return Err(Fault::field(
                    "message.parts",
                    "a part holds neither one text nor one value",
                    "send text or data in each part",
                ));
            }
        }
    }
    if data.is_empty() && !has_files && texts.iter().all(|text| text.trim().is_empty()) {
        return Err(Fault::field(
            "message.parts",
            "at least one part that says something is needed",
            "say what is to be done",
        ));
    }
    Ok((texts, data))
}

fn no_files() -> Fault {
    Fault::new(
        Kind::ContentType,
        "a file is no answer, and stands in a part of its own",
        "send text or data",
    )
}

/// Refuses output modes of which none is ever given.
pub(super) fn check_modes(accepted: &[String]) -> Result<(), Fault> {
    let given = |mode: &String| {
        let mode = mode.split(';').next().unwrap_or_default().trim();
        matches!(
            mode,
            "*/*" | "text/*" | "text/plain" | "text" | "application/*" | "application/json"
        )
    };
    if accepted.is_empty() || accepted.iter().any(given) {
        return Ok(());
    }
    Err(Fault::new(
        Kind::ContentType,
        "none of the accepted output modes is one that agents of a mesh give",
        "accept text/plain and application/json",
    ))
}

/// What a message says to a question: `approve` or `reject`, and why.
pub(super) fn verdict(message: &Message) -> Result<(bool, String), Fault> {
    check(message)?;
    let (texts, data) = taken_apart(&message.parts, false)?;
    if let [Value::Object(fields)] = data.as_slice()
        && let Some(Value::Bool(approve)) = fields.get("approve")
    {
        let reason = fields.get("reason").and_then(Value::as_str);
        let reason = reason.map_or_else(|| texts.join("\n\n"), str::to_owned);
        return Ok((*approve, reason));
    }
    let said = texts.join("\n\n");
    let said = said.trim();
    let end = said
        .find(|found: char| !found.is_ascii_alphabetic())
        .unwrap_or(said.len());
    let (word, rest) = said.split_at(end);
    let reason = rest.trim_start_matches([':', ',', '.', ' ']).to_owned();
    match word.to_ascii_lowercase().as_str() {
        "approve" => Ok((true, reason)),
        "reject" => Ok((false, reason)),
        _ => Err(Fault::field(
            "message.parts",
            "the task waits for a yes or a no, and this is neither",
            "begin the text with approve or reject, or send the data {\"approve\": true}",
        )),
    }
}

/// Where a task stands, told to somebody who can answer what it waits for, or not.
pub(super) fn state(task: &TaskView, asked: bool) -> State {
    match task.state {
        TaskState::Waiting | TaskState::Queued | TaskState::Paused if task.tries == 0 => {
            State::Submitted
        }
        TaskState::Blocked if asked => State::InputRequired,
        TaskState::Done => State::Completed,
        TaskState::Failed => State::Failed,
        TaskState::Cancelled | TaskState::Skipped => State::Canceled,
        TaskState::Waiting
        | TaskState::Queued
        | TaskState::Paused
        | TaskState::Retrying
        | TaskState::Leased
        | TaskState::Running
        | TaskState::Blocked
        | TaskState::Verifying => State::Working,
    }
}

/// The moment of its last change that lists know of.
pub(super) fn moment(task: &TaskView) -> Millis {
    let attempt = task.attempt.as_ref().map(|attempt| attempt.since);
    let last = task.ended_at.or(attempt).unwrap_or(task.created_at);
    last.max(task.created_at)
}

/// A task as lists show it: without its words.
pub(super) fn listed(task: &TaskView, asked: bool) -> Task {
    Task {
        id: task.id.to_string(),
        context_id: task.room.to_string(),
        status: Status {
            state: state(task, asked),
            message: None,
            timestamp: moment(task),
        },
        artifacts: None,
        history: Vec::new(),
    }
}

/// A task with its words.
pub(super) fn told(detail: &TaskDetail, question: Option<&ApprovalView>, history: usize) -> Task {
    let mut task = listed(&detail.task, question.is_some());
    task.status.message = status_message(detail, question);
    task.artifacts = Some(artifact(detail).into_iter().collect());
    if history > 0 {
        task.history.extend(asked(detail));
    }
    task
}

/// The message that asked for it. Whose id it had the mesh does not keep: it has the task's.
fn asked(detail: &TaskDetail) -> Option<Message> {
    let prompt = detail.prompt.as_ref()?;
    let mut parts = vec![Part::text(prompt.to_string())];
    let input = detail.input.clone().map(|input| input.into_inner());
    parts.extend(input.map(|input| Part::data(Value::Object(input))));
    let id = detail.task.id.to_string();
    Some(from(&detail.task, Role::User, id, parts))
}

/// A message about a task.
pub(super) fn from(task: &TaskView, role: Role, id: String, parts: Vec<Part>) -> Message {
    Message {
        message_id: id,
        context_id: task.room.to_string(),
        task_id: task.id.to_string(),
        role,
        parts,
        reference_task_ids: Vec::new(),
    }
}

fn status_message(detail: &TaskDetail, question: Option<&ApprovalView>) -> Option<Message> {
    let task = &detail.task;
    let said = |id: String, parts| Some(from(task, Role::Agent, id, parts));
    if let Some(question) = question {
        return said(question.id.to_string(), question_parts(question));
    }
    match task.state {
        TaskState::Blocked => said(
            format!("{}-blocked", task.id),
            vec![Part::text(
                "It waits for a person of the mesh, who has to say how it goes on.",
            )],
        ),
        TaskState::Paused => said(
            format!("{}-paused", task.id),
            vec![Part::text("Somebody paused it.")],
        ),
        TaskState::Failed => {
            let mut attempts = detail.attempts.iter().rev();
            let last = attempts.find(|attempt| attempt.how == Some(AttemptEnd::Failed))?;
            let reason = last.reason.as_ref()?.to_string();
            said(last.fence.to_string(), vec![Part::text(reason)])
        }
        _ => None,
    }
}

fn question_parts(question: &ApprovalView) -> Vec<Part> {
    let text = question.question.as_ref();
    let text = text.map_or_else(|| "May it go on?".to_owned(), ToString::to_string);
    let mut data = Map::new();
    data.insert("approval".to_owned(), json!(question.id));
    data.insert("until".to_owned(), json!(question.until));
    if let Some(detail) = &question.detail {
        data.insert("detail".to_owned(), json!(detail));
    }
    vec![Part::text(text), Part::data(Value::Object(data))]
}

/// The result of a task that has one.
pub(super) fn artifact(detail: &TaskDetail) -> Option<Artifact> {
    let result = detail.task.result.as_ref()?;
    let output = result.output.as_ref()?;
    (detail.task.state == TaskState::Done).then(|| Artifact {
        artifact_id: RESULT.to_owned(),
        name: RESULT.to_owned(),
        parts: output_parts(output),
        metadata: about(result),
    })
}

fn output_parts(output: &TaskOutputTold) -> Vec<Part> {
    let data = output.data.clone().map(|data| data.into_inner());
    let data = data.map(|data| Part::data(Value::Object(data)));
    let mut parts = Vec::new();
    if !output.text.is_empty() || data.is_none() {
        parts.push(Part::text(output.text.to_string()));
    }
    parts.extend(data);
    parts
}

fn about(result: &ResultView) -> Map<String, Value> {
    let mut about = Map::new();
    about.insert("worker".to_owned(), result.worker.handle.clone().into());
    if let Some(confidence) = result.confidence {
        about.insert("confidence".to_owned(), confidence.into());
    }
    if let Some(verified) = result.verified {
        about.insert("verified".to_owned(), verified.into());
    }
    about
}

/// How many messages of a task's history are wanted: it has one.
pub(super) fn history(wanted: Option<i64>) -> Result<usize, Fault> {
    usize::try_from(wanted.unwrap_or(1)).map_err(|_| {
        Fault::field(
            "historyLength",
            "it is below zero",
            "send 0 for none, or leave it out",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(parts: Value) -> Message {
        let message = json!({"messageId": "m", "role": "ROLE_USER", "parts": parts});
        serde_json::from_value(message).unwrap()
    }

    fn view(state: &str, tries: u32) -> TaskView {
        let view = json!({
            "id": "019a0000-0000-7000-8000-000000000001",
            "room": "019a0000-0000-7000-8000-000000000002",
            "state": state,
            "priority": 5,
            "urgency": "low",
            "tries": tries,
            "created_at": "2026-11-21T06:20:38.000Z",
            "seq": 7,
        });
        serde_json::from_value(view).unwrap()
    }

    #[test]
    fn texts_are_what_is_to_be_done_and_data_goes_with_it() {
        let both = message(json!([{"text": "a"}, {"text": "b"}, {"data": {"count": 2}}]));
        let spec = spec(&both, Some("rex".to_owned())).unwrap();
        assert_eq!(spec.prompt, "a\n\nb");
        assert_eq!(json!(spec.input), json!({"count": 2}));
        assert_eq!(spec.assigned.as_deref(), Some("rex"));
        let data = super::spec(&message(json!([{"data": {"count": 2}}])), None).unwrap();
        assert_eq!(data.prompt, r#"{"count":2}"#);
        let many = message(json!([{"text": "a"}, {"data": 1}, {"data": [2]}]));
        let many = super::spec(&many, None).unwrap();
        assert_eq!(json!(many.input), json!({"data": [1, [2]]}));
    }

    #[test]
    fn what_says_nothing_is_refused() {
        for (parts, kind) in [
            (json!([]), Kind::Params),
            (json!([{"text": " "}]), Kind::Params),
            (json!([{}]), Kind::Params),
            (json!([{"text": "a", "data": 1}]), Kind::Params),
            (json!([{"text": "a", "raw": "aGk="}]), Kind::ContentType),
        ] {
            let fault = spec(&message(parts.clone()), None).unwrap_err();
            assert_eq!(fault.kind, kind, "{parts}");
        }
        assert!(spec(&message(json!([{"raw": "aGk="}])), None).is_ok());
        assert!(verdict(&message(json!([{"text": "approve"}, {"raw": "aGk="}]))).is_err());
        let mut agent = message(json!([{"text": "a"}]));
        agent.role = Role::Agent;
        assert!(spec(&agent, None).is_err());
    }

    #[test]
    fn an_answer_is_a_yes_or_a_no_with_a_reason() {
        let said = |parts| verdict(&message(parts));
        let text = |text: &str| said(json!([{ "text": text }]));
        assert_eq!(text("Approve").unwrap(), (true, String::new()));
        assert_eq!(
            text("reject: not on a Friday").unwrap(),
            (false, "not on a Friday".to_owned())
        );
        let data = json!([{"data": {"approve": true, "reason": "fine"}}]);
        assert_eq!(said(data).unwrap(), (true, "fine".to_owned()));
        for unclear in ["perhaps", "approved", "I approve"] {
            assert!(text(unclear).is_err(), "{unclear}");
        }
        // What stands in data counts more than what stands beside it.
        let both = json!([{"text": "approve"}, {"data": {"approve": false}}]);
        assert_eq!(said(both).unwrap(), (false, "approve".to_owned()));
    }

    #[test]
    fn each_state_has_one_name() {
        for (here, tries, asked, there) in [
            ("waiting", 0, false, State::Submitted),
            ("queued", 0, false, State::Submitted),
            ("queued", 1, false, State::Working),
            ("paused", 0, false, State::Submitted),
            ("leased", 1, false, State::Working),
            ("running", 1, false, State::Working),
            ("retrying", 1, false, State::Working),
            ("verifying", 1, false, State::Working),
            ("blocked", 1, true, State::InputRequired),
            ("blocked", 1, false, State::Working),
            ("done", 1, false, State::Completed),
            ("failed", 3, false, State::Failed),
            ("cancelled", 0, false, State::Canceled),
            ("skipped", 0, false, State::Canceled),
        ] {
            assert_eq!(state(&view(here, tries), asked), there, "{here} {tries}");
        }
    }

    #[test]
    fn modes_of_which_none_is_given_are_refused() {
        let modes = |all: &[&str]| {
            let all: Vec<String> = all.iter().map(|mode| (*mode).to_owned()).collect();
            check_modes(&all)
        };
        assert!(modes(&[]).is_ok());
        assert!(modes(&["image/png", "text/plain; charset=utf-8"]).is_ok());
        assert_eq!(modes(&["image/png"]).unwrap_err().kind, Kind::ContentType);
    }
}

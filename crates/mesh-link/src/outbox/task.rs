//! What a webhook of one task says: A2A's push notifications. Each is one item of A2A's stream, made of the event alone: a
//! word about the status, or with the last one the task with its result. Words go along where the room lets them out; else
//! whoever is told reads them by `GetTask`.

use mesh_model::TaskId;
use mesh_model::api::{Reason, ReceivedContent, StreamItem, TaskOutput};
use mesh_model::events::{
    AfterFailure, AfterResult, ApprovalFacts, Decision, Facts, Resolution, TaskFacts,
};
use mesh_ops::{Access, Door, HookRecord};
use serde_json::{Value, json};

use super::letter;

/// Where an event leaves a task, in A2A's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Submitted,
    Working,
    InputRequired,
    Completed,
    Failed,
    Canceled,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Submitted => "TASK_STATE_SUBMITTED",
            State::Working => "TASK_STATE_WORKING",
            State::InputRequired => "TASK_STATE_INPUT_REQUIRED",
            State::Completed => "TASK_STATE_COMPLETED",
            State::Failed => "TASK_STATE_FAILED",
            State::Canceled => "TASK_STATE_CANCELED",
        }
    }

    fn is_ended(self) -> bool {
        matches!(self, State::Completed | State::Failed | State::Canceled)
    }
}

/// Whether nothing more happens to the webhook's task after this.
pub(super) fn is_last(hook: &HookRecord, item: &StreamItem) -> bool {
    let state = |task| state(&item.event()?, task);
    hook.task.and_then(state).is_some_and(State::is_ended)
}

/// The body of a delivery; nothing for what is not about the task or does not change where it stands.
pub(super) fn letter(
    door: &Door,
    access: &Access,
    hook: &HookRecord,
    task: TaskId,
    item: &StreamItem,
) -> Option<String> {
    let facts = item.event()?;
    let state = match (state(&facts, task)?, &facts) {
        // What waits for somebody else does not wait for whoever is told.
        (State::InputRequired, Facts::Approval(ApprovalFacts::Requested(it)))
            if !door.waits_for_answer(hook.participant, it.approval) =>
        {
            State::Working
        }
        (state, _) => state,
    };
    let words = if letter::may_leave(access, hook, item) {
        words(item, &facts)
    } else {
        Vec::new()
    };
    let context = item.room;
    let mut status = json!({"state": state.name(), "timestamp": item.at});
    if state == State::Completed {
        let mut artifacts = Vec::new();
        if !words.is_empty() {
            artifacts.push(json!({"artifactId": "result", "name": "result", "parts": words}));
        }
        let told =
            json!({"id": task, "contextId": context, "status": status, "artifacts": artifacts});
        return Some(json!({ "task": told }).to_string());
    }
    if !words.is_empty() {
        status["message"] = json!({
            "messageId": item.seq.to_string(),
            "contextId": context,
            "taskId": task,
            "role": "ROLE_AGENT",
            "parts": words,
        });
    }
    let told = json!({"taskId": task, "contextId": context, "status": status});
    Some(json!({ "statusUpdate": told }).to_string())
}

fn state(facts: &Facts, task: TaskId) -> Option<State> {
    match facts {
        Facts::Task(facts) if facts.task() == task => of_task(facts),
        Facts::Approval(ApprovalFacts::Requested(it)) => {
            let holds = it.holds.as_ref().map(|holds| holds.task);
            (holds == Some(task)).then_some(State::InputRequired)
        }
        _ => None,
    }
}

fn of_task(facts: &TaskFacts) -> Option<State> {
    use TaskFacts as T;
    let state = match facts {
        T::Taken(_) | T::Started(_) | T::Progressed(_) | T::Paused(_) | T::Resumed(_) => {
            State::Working
        }
        T::AttemptFailed(it) if it.next == AfterFailure::Fail => State::Failed,
        T::AttemptFailed(_) => State::Working,
        T::Finished(it) if it.next == AfterResult::Done => State::Completed,
        T::Finished(_) => State::Working,
        T::Decided(it) => match it.decision {
            Decision::Accepted => State::Completed,
            Decision::Rejected => State::Failed,
            Decision::Person => State::Working,
        },
        T::Resolved(it) => match it.resolution {
            Resolution::Accept => State::Completed,
            Resolution::Retry => State::Submitted,
            Resolution::Fail => State::Failed,
        },
        T::Skipped(_) | T::Cancelled(_) => State::Canceled,
        _ => return None,
    };
    Some(state)
}

/// The words of an event as parts of a message. An output that is not the task's result yet is nobody's to see.
fn words(item: &StreamItem, facts: &Facts) -> Vec<Value> {
    match facts {
        Facts::Task(TaskFacts::Progressed(it)) => output(item.said(it)),
        Facts::Task(TaskFacts::Finished(it)) if it.next == AfterResult::Done => {
            output(item.said(it))
        }
        Facts::Task(TaskFacts::AttemptFailed(it)) => reason(item.said(it)),
        Facts::Task(TaskFacts::Cancelled(it)) => reason(item.said(it)),
        _ => Vec::new(),
    }
}

fn text(text: String) -> Option<Value> {
    (!text.is_empty()).then(|| json!({"text": text, "mediaType": "text/plain"}))
}

fn output(said: ReceivedContent<TaskOutput>) -> Vec<Value> {
    match said {
        ReceivedContent::Plain(output) => {
            let data = output
                .data
                .map(|data| json!({"data": data, "mediaType": "application/json"}));
            text(output.text).into_iter().chain(data).collect()
        }
        ReceivedContent::Enveloped(words) => text(words).into_iter().collect(),
        ReceivedContent::Nothing | ReceivedContent::Erased => Vec::new(),
    }
}

fn reason(said: ReceivedContent<Reason>) -> Vec<Value> {
    let words = match said {
        ReceivedContent::Plain(reason) => reason.reason,
        ReceivedContent::Enveloped(words) => words,
        ReceivedContent::Nothing | ReceivedContent::Erased => String::new(),
    };
    text(words).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str = "019a0000-0000-7000-8000-000000000001";
    const ROOM: &str = "019a0000-0000-7000-8000-000000000002";

    fn item(kind: &str, more: Value) -> StreamItem {
        let mut data = json!({"task": TASK, "room": ROOM});
        let fields = more.as_object().unwrap().clone();
        data.as_object_mut().unwrap().extend(fields);
        let item = json!({"seq": 9, "at": "2026-11-21T06:20:38.000Z", "type": kind, "room": ROOM, "data": data});
        serde_json::from_value(item).unwrap()
    }

    fn of(item: &StreamItem) -> Option<State> {
        state(&item.event().unwrap(), TASK.parse().unwrap())
    }

    #[test]
    fn each_event_leaves_the_task_in_one_state() {
        let by = json!({"fence": 7, "worker": ROOM});
        let with = |more: Value| {
            let mut all = by.clone();
            all.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            all
        };
        for (kind, more, wanted) in [
            (
                "task.finished",
                with(json!({"next": "done"})),
                State::Completed,
            ),
            (
                "task.finished",
                with(json!({"next": {"verify": {"by": ROOM}}})),
                State::Working,
            ),
            (
                "task.attempt_failed",
                with(json!({"cause": "reported", "next": "fail"})),
                State::Failed,
            ),
            (
                "task.attempt_failed",
                with(json!({"cause": "reported", "next": "person"})),
                State::Working,
            ),
            (
                "task.decided",
                json!({"decision": "accepted"}),
                State::Completed,
            ),
            (
                "task.resolved",
                json!({"resolution": "retry"}),
                State::Submitted,
            ),
            ("task.cancelled", json!({"cause": "asked"}), State::Canceled),
        ] {
            assert_eq!(of(&item(kind, more.clone())), Some(wanted), "{kind} {more}");
        }
        let other = item("task.cancelled", json!({"cause": "asked", "task": ROOM}));
        assert_eq!(of(&other), None);
    }

    #[test]
    fn a_result_that_still_has_to_be_looked_at_is_not_told() {
        let told = |next: Value| {
            let more =
                json!({"fence": 7, "worker": ROOM, "next": next, "text": "a", "data": {"b": 1}});
            let item = item("task.finished", more);
            words(&item, &item.event().unwrap()).len()
        };
        assert_eq!(told(json!("done")), 2);
        assert_eq!(told(json!("person")), 0);
        assert_eq!(told(json!({"verify": {"by": ROOM}})), 0);
    }
}

//! The letter that ends an attempt: a signed result, a failure, a handoff.

use mesh_model::ErrorCode;
use mesh_model::api::{
    TaskCreateInput, TaskFailInput, TaskFinishInput, TaskOutput, TaskPieceInput,
};
use mesh_model::ops::{Operation, TaskCreate, TaskFail, TaskFinish, TaskHandOff};
use mesh_sdk::Error;
use serde_json::Value;

use super::{Attempt, End, Made, Told};
use crate::follow;
use crate::outbox::Letter;
use crate::settings::AttemptEnd;
use crate::text::{encoded, fitting_tail, head};

/// A result's text and its data, each as JSON: both fit into one request.
const TEXT_BYTES_MAX: usize = 96 << 10;
const DATA_BYTES_MAX: usize = 112 << 10;
/// What a handoff carries.
const HANDOFF_BYTES: usize = 31 << 10;
const REASON_BYTES_MAX: usize = 4 << 10;

impl Attempt {
    /// The letter for an end; an error says why nobody is to be told.
    pub(super) async fn letter(&self, end: End) -> Result<Told, String> {
        match end {
            End::Lost(why) => Err(why),
            End::Failed(reason, last) => Ok(self.failure(reason, last)),
            End::HandedOff(why) => Ok(self.handoff(why)),
            End::Made(made) => match self.follow(&made).await {
                Ok(()) => self.result(made),
                Err(why) => Ok(self.failure(why, false)),
            },
        }
    }

    pub(super) fn failure(&self, reason: String, last: bool) -> Told {
        let reason = reason.replace(&self.nonce, "\u{2026}");
        let input = TaskFailInput {
            task: self.task(),
            fence: self.fence(),
            reason: head(&reason, REASON_BYTES_MAX).to_owned(),
            last,
            cost: self.used.borrow().cost(),
        };
        let letter = self.addressed(TaskFail::DECLARATION.name, &input);
        (letter, AttemptEnd::Failed, reason)
    }

    fn handoff(&self, why: String) -> Told {
        let before = self.taken.partial.as_ref().map(|partial| &*partial.text);
        let input = TaskPieceInput {
            task: self.task(),
            fence: self.fence(),
            text: or_silent(
                self.stream
                    .partial(before.unwrap_or_default(), HANDOFF_BYTES),
            ),
            live: false,
            cost: self.used.borrow().cost(),
        };
        let letter = self.addressed(TaskHandOff::DECLARATION.name, &input);
        (letter, AttemptEnd::HandedOff, why)
    }

    fn result(&self, made: Made) -> Result<Told, String> {
        let output = fitted(made.output);
        let signed = self.shared.client.sign_result(&self.taken, &output);
        let input = TaskFinishInput {
            task: self.task(),
            fence: self.fence(),
            signed: signed.map_err(|why| why.to_string())?,
            output,
            confidence: made.confidence,
            verdict: made.verdict,
            cost: self.used.borrow().cost(),
            labels: Vec::new(),
        };
        let letter = self.addressed(TaskFinish::DECLARATION.name, &input);
        Ok((letter, AttemptEnd::Done, String::new()))
    }

    fn addressed(&self, operation: &str, input: &impl serde::Serialize) -> Letter {
        let input = serde_json::to_value(input).unwrap_or(Value::Null);
        Letter::new(operation, self.fence().0, input)
    }

    /// Creates the tasks of a plan before the plan is handed in. If that was done before, by an attempt
    /// that was cut off, its tasks are the ones.
    async fn follow(&self, made: &Made) -> Result<(), String> {
        if !follow::wanted(self.taken.input.as_deref()) {
            return Ok(());
        }
        let planned = made.output.data.clone().unwrap_or_default();
        let goal = &self.taken.prompt;
        let tasks = follow::tasks(&planned, self.task(), &self.title, goal)?;
        let count = tasks.len();
        let room = self.taken.task.room.to_string();
        let input = serde_json::to_value(TaskCreateInput { room, tasks });
        let mut input = input.map_err(|why| why.to_string())?;
        input["idempotency_key"] = format!("follow:{}", self.task()).into();
        match self
            .shared
            .client
            .call_raw(TaskCreate::DECLARATION.name, input)
            .await
        {
            Ok(_) => {
                self.note(format!("made {count} tasks of its plan"));
                Ok(())
            }
            Err(Error::Refused(refusal)) if refusal.code == ErrorCode::IdempotencyMismatch => {
                self.note("the tasks of this plan were made by an earlier attempt");
                Ok(())
            }
            Err(why) => Err(format!("the plan's tasks could not be created: {why}")),
        }
    }
}

/// The node takes no empty words; who reads them would not know what to make of them either.
fn or_silent(text: String) -> String {
    match text.trim() {
        "" => "(nothing was put out)".to_owned(),
        _ => text,
    }
}

/// An output that one request can carry. What is left out says so.
fn fitted(output: TaskOutput) -> TaskOutput {
    let mut text = fitting_tail(&output.text, TEXT_BYTES_MAX);
    if output.data.is_none() {
        text = or_silent(text);
    }
    let data = output.data.map(|mut data| {
        let size = |data: &_| serde_json::to_string(data).map_or(0, |json: String| json.len());
        if size(&data) > DATA_BYTES_MAX {
            // The patch is the only large thing that the worker adds; the branch has it whole.
            if let Some(Value::String(patch)) = data.get_mut("diff") {
                let mut kept = patch.as_str();
                while !kept.is_empty() && encoded(kept) > DATA_BYTES_MAX / 2 {
                    kept = head(kept, kept.len() / 2);
                }
                let (kept, whole) = (kept.to_owned(), patch.len());
                data.insert("diff".to_owned(), kept.into());
                data.insert("diff_cut".to_owned(), whole.into());
            }
        }
        data
    });
    TaskOutput { text, data }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_large_output_is_cut_and_says_so() {
        let patch = "\u{1}".repeat(64 << 10);
        let data = json!({"diff": patch, "branch": "mesh/x"});
        let output = TaskOutput {
            text: "\n".repeat(200 << 10),
            data: data.as_object().cloned(),
        };
        let fitted = fitted(output);
        assert!(encoded(&fitted.text) <= TEXT_BYTES_MAX && fitted.text.contains("left out"));
        let data = fitted.data.unwrap();
        assert_eq!(data["diff_cut"], 64 << 10);
        assert_eq!(data["branch"], "mesh/x");
        assert!(serde_json::to_string(&data).unwrap().len() < DATA_BYTES_MAX);
    }
}

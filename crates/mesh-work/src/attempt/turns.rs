//! The turns of an attempt: the runner answers, tools are called, the runner goes on.

use mesh_model::api::{
    ApprovalAskInput, ApprovalRefInput, ApprovalState, MemorySetInput, NoInput, RoomRefInput,
    TaskOutput, TaskRefInput, ToolAnswer, ToolCallInput,
};
use mesh_model::events::{Kind, MemorySource, Spend, Verdict};
use mesh_model::ops::{
    ApprovalAsk, ApprovalGet, ContextList, MemorySet, TaskGet, ToolCall, ToolList,
};
use mesh_model::{Told, ToldData};
use mesh_sdk::Error;
use serde_json::{Map, Value};

use super::folder::Folder;
use super::{Attempt, Made};
use crate::follow;
use crate::forms::{self, Call, Forms};
use crate::prompt::{Parts, after_tools, assemble, plain};
use crate::runner::{Failed, Job, Progress, Running};
use crate::worker::random_hex;

/// Turns of one attempt.
const TURNS_MAX: usize = 8;
/// How long the node waits for an answer before it says that there is none yet.
const ANSWER_WAIT_MS: u32 = 25_000;
/// How long a question to a person holds.
const QUESTION_SECONDS: u32 = 3600;

pub(super) struct Turns<'a> {
    attempt: &'a Attempt,
    folder: &'a Folder,
}

/// What a runner tells on its way.
struct Telling<'a>(&'a Attempt);

impl<'a> Turns<'a> {
    pub(super) fn new(attempt: &'a Attempt, folder: &'a Folder) -> Turns<'a> {
        Turns { attempt, folder }
    }

    pub(super) async fn run(self) -> Result<Made, Failed> {
        let attempt = self.attempt;
        let (first, schema) = self.prompt().await;
        let mut prompt = first.clone();
        let mut resume = attempt.shared.session_of(attempt.task());
        let (mut said, mut made) = (String::new(), Made::default());
        for turn in 1.. {
            let job = self.job(prompt, resume.clone(), schema.clone());
            let done = match attempt.shared.runner.run(job, &Telling(attempt)).await {
                Ok(done) => done,
                Err(failed) => {
                    attempt.turn_over(failed.usage, failed.model.clone());
                    return Err(failed);
                }
            };
            attempt.turn_over(done.usage, done.model);
            let read = forms::read(&done.text, &attempt.nonce);
            read.faults
                .iter()
                .for_each(|fault| attempt.note(fault.clone()));
            self.remember(&read).await;
            made.confidence = read.confidence.or(done.confidence).or(made.confidence);
            made.verdict = read.verdict.or(done.verdict).or(made.verdict);
            if !read.text.is_empty() || made.output.text.is_empty() {
                made.output.text = read.text;
            }
            made.output.data = done.data.or(made.output.data.take());
            if read.calls.is_empty() || turn == TURNS_MAX {
                return self.finished(made, schema.as_ref());
            }
            resume = done.session;
            let answers = self.call_tools(read.calls).await;
            said.push_str(&made.output.text);
            let again = resume.is_none().then_some(first.as_str());
            prompt = after_tools(again, &said, &answers, &boundary);
            said.push_str("\n(tools were called)\n");
        }
        unreachable!("the last turn returns")
    }

    fn job(
        &self,
        prompt: String,
        resume: Option<String>,
        schema: Option<Map<String, Value>>,
    ) -> Job {
        let attempt = self.attempt;
        Job {
            task: attempt.task(),
            fence: attempt.fence(),
            prompt,
            model: attempt.model(),
            cwd: self.folder.cwd.clone(),
            nonce: attempt.nonce.clone(),
            mcp: self.folder.mcp.clone(),
            deadline: attempt.deadline,
            resume,
            schema,
            keep: attempt.keep.clone(),
        }
    }

    /// What the agent is told, and the schema that was declared with the task.
    async fn prompt(&self) -> (String, Option<Map<String, Value>>) {
        let attempt = self.attempt;
        let client = &attempt.shared.client;
        let (task, room) = (attempt.task(), attempt.taken.task.room.to_string());
        // A room without context and a mesh without tools are no reason not to begin.
        let (found, context, tools) = tokio::join!(
            client.call::<TaskGet>(TaskRefInput { task }),
            client.call::<ContextList>(RoomRefInput { room }),
            client.call::<ToolList>(NoInput {}),
        );
        let schema = found.ok().and_then(|found| found.check);
        let schema = schema.map(ToldData::into_inner);
        let mut tools = tools.map(|list| list.items).unwrap_or_default();
        // What others offer is many words of many people, and would stand in each prompt: whoever wants it lists it.
        tools.retain(|tool| tool.off.is_none() && tool.by.is_none());
        let parts = Parts {
            handle: &attempt.shared.me.handle,
            taken: &attempt.taken,
            context: &context.map(|list| list.items).unwrap_or_default(),
            tools: &tools,
            schema: schema.as_ref(),
            nonce: &attempt.nonce,
            subtasks: follow::wanted(attempt.taken.input.as_deref()),
            enveloped: matches!(attempt.shared.me.kind, Kind::Agent | Kind::Bot),
        };
        let told = if attempt.shared.settings.plain {
            plain(&parts, &boundary)
        } else {
            assemble(&parts, &boundary)
        };
        (told, schema)
    }

    /// Reads the structured part of the answer if one was asked for.
    fn finished(
        &self,
        mut made: Made,
        schema: Option<&Map<String, Value>>,
    ) -> Result<Made, Failed> {
        let plan = follow::wanted(self.attempt.taken.input.as_deref());
        if schema.is_some() || plan {
            let object = forms::last_object(&made.output.text);
            match (object, &mut made.output) {
                (Some(object), TaskOutput { data, .. }) => {
                    data.get_or_insert_default().extend(object);
                }
                (None, TaskOutput { data: None, .. }) => {
                    return Err(Failed::new(
                        "the answer has no JSON object at its end, which the task asks for",
                    ));
                }
                (None, _) => {}
            }
        }
        if self.attempt.taken.about.is_some() && made.verdict.is_none() {
            // Without a verdict nobody could go by a second opinion; a doubt is no acceptance.
            self.attempt
                .note("there is no verdict in the answer: counted as reject");
            made.verdict = Some(Verdict::Reject);
        }
        Ok(made)
    }

    async fn remember(&self, forms: &Forms) {
        for (key, text) in &forms.memories {
            let input = MemorySetInput {
                participant: None,
                key: key.clone(),
                text: text.clone(),
                source: MemorySource::Extracted,
                task: Some(self.attempt.task()),
                labels: Vec::new(),
            };
            if let Err(why) = self.attempt.shared.client.call::<MemorySet>(input).await {
                self.attempt
                    .note(format!("'{key}' is not remembered: {why}"));
            }
        }
    }

    async fn call_tools(&self, calls: Vec<Call>) -> Vec<(Call, ToolAnswer)> {
        let mut answers = Vec::with_capacity(calls.len());
        for call in calls {
            self.attempt.note(format!("calls the tool {}", call.tool));
            let input = ToolCallInput {
                tool: call.tool.clone(),
                input: call.input.clone(),
                task: Some(self.attempt.task()),
            };
            let answer = match self.attempt.shared.client.call::<ToolCall>(input).await {
                Ok(answer) => answer,
                // The agent can do something about it.
                Err(why) => ToolAnswer {
                    ok: false,
                    text: Told::composed(why.to_string()),
                    data: None,
                    seq: self.attempt.fence(),
                },
            };
            answers.push((call, answer));
        }
        answers
    }
}

fn boundary() -> String {
    random_hex::<16>()
}

impl Progress for Telling<'_> {
    fn output(&self, text: &str) {
        self.0.stream.push(text);
    }

    fn spent(&self, spend: Spend) {
        self.0.used.send_modify(|used| used.now = spend);
    }

    fn session(&self, id: &str) {
        self.0.shared.keep_session(self.0.task(), id);
    }

    fn note(&self, line: &str) {
        self.0.note(line);
    }

    fn approve<'b>(&'b self, question: &'b str, detail: Map<String, Value>) -> Running<'b, bool> {
        Box::pin(async move {
            self.0.note(format!("asks for approval: {question}"));
            let given = ask(self.0, question, detail).await;
            let given = given.unwrap_or_else(|why| {
                self.0.note(format!("nobody could be asked: {why}"));
                false
            });
            self.0.note(if given { "approved" } else { "not approved" });
            given
        })
    }
}

async fn ask(attempt: &Attempt, question: &str, detail: Map<String, Value>) -> Result<bool, Error> {
    let client = &attempt.shared.client;
    let input = ApprovalAskInput {
        room: attempt.taken.task.room.to_string(),
        question: question.to_owned(),
        detail: (!detail.is_empty()).then_some(detail),
        task: Some(attempt.task()),
        fence: Some(attempt.fence()),
        to: None,
        seconds: Some(QUESTION_SECONDS),
    };
    let approval = client.call::<ApprovalAsk>(input).await?.id;
    loop {
        let wait = ApprovalRefInput {
            approval,
            wait_ms: Some(ANSWER_WAIT_MS),
        };
        match client.call::<ApprovalGet>(wait).await?.state {
            ApprovalState::Waiting => {}
            state => return Ok(state == ApprovalState::Approved),
        }
    }
}

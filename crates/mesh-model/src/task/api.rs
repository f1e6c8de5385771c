//! Tasks: who tries them, and what came of it; what clients send and get.

mod many;
mod read;

use std::collections::BTreeMap;

pub use many::*;
pub use read::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::{EntityKnown, MemoryView, Message, ParticipantRef};
use crate::events::{Cost, Join, Resolution, Spend, TaskState, Urgency, Verdict, WorkerMode};
use crate::ids::{MessageId, OutputHash, PublicKey, RoomId, Seq, SignatureBytes, TaskId};
use crate::time::Millis;

/// When a task is needed at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WhenSpec {
    /// The other's result is less certain than this.
    Unsure {
        /// Its key in the request, or its id; it is among `needs`.
        task: String,
        /// Percent.
        below: u8,
    },
    /// The other's verdict was this.
    Verdict {
        /// Its key in the request, or its id; it is among `needs`.
        task: String,
        /// The verdict.
        was: Verdict,
    },
}

/// An approval before anybody may begin.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateSpec {
    /// Who is to answer: id or handle; absent: any person who moderates the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How long it waits for an answer, seconds; an hour unless named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
}

/// A template and what goes into its blanks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateUse {
    /// The template: id or name.
    pub template: String,
    /// Values by the names of its variables.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
}

/// A task to create. In one request tasks may name one another by `key`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskSpec {
    /// What the other tasks of the request call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A line for lists.
    pub title: String,
    /// What is to be done. With a template: absent.
    pub prompt: String,
    /// Data that goes with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Map<String, Value>>,
    /// A template instead of title and prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateUse>,
    /// What a worker must be able to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// Who is to do it: id or handle; absent: whoever fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assigned: Option<String>,
    /// 0 to 9; higher goes first; 5 unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    /// When it should be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Millis>,
    /// Attempts before it escalates or fails; 3 unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u8>,
    /// Pause before the second attempt, milliseconds; it doubles each time; 1000 unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backoff_ms: Option<u32>,
    /// Whether it goes to the worker's parent and then to a person when all attempts failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalate: Option<bool>,
    /// The tasks that have to end first: keys or ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Whoever works on one of these does not get it: keys or ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub apart: Vec<String>,
    /// Whoever did this one gets it: key or id, among `needs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same: Option<String>,
    /// When it is needed at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<WhenSpec>,
    /// Set if it has no worker: its result is one of those it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join: Option<Join>,
    /// Confidence in percent below which a second agent looks at the result; 0: never; 70 unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify_below: Option<u8>,
    /// A JSON Schema that the output must match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<Map<String, Value>>,
    /// What is reserved for each attempt.
    #[serde(skip_serializing_if = "Spend::is_zero")]
    pub reserve: Spend,
    /// The model to ask; absent: the worker's choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// An approval before anybody may begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateSpec>,
    /// Messages it quotes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<MessageId>,
}

/// Create tasks, all or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskCreateInput {
    /// The room: id or name.
    pub room: String,
    /// The tasks, at most 1000.
    pub tasks: Vec<TaskSpec>,
}

/// A task that was created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreatedTask {
    /// What the request called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::Told>")]
    pub key: Option<String>,
    /// Its id.
    pub id: TaskId,
}

/// The tasks that were created, in the order of the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TasksCreated {
    /// The tasks.
    pub tasks: Vec<CreatedTask>,
    /// The place of the last one in the log.
    pub seq: Seq,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskView {
    /// Its id.
    pub id: TaskId,
    /// Where it belongs.
    pub room: RoomId,
    /// Its title; absent if it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<crate::Told>,
    /// Who wants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<ParticipantRef>,
    /// Where it stands.
    pub state: TaskState,
    /// Its priority.
    pub priority: u8,
    /// How pressing it is.
    pub urgency: Urgency,
    /// What a worker must be able to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub capability: Option<String>,
    /// Who is to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<ParticipantRef>,
    /// When it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Millis>,
    /// What it waits for or waited for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<TaskId>,
    /// The task whose result it looks at, for a second opinion: the node asks for one without words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<TaskId>,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<AttemptView>,
    /// Attempts so far.
    pub tries: u32,
    /// Its result, as far as it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ResultView>,
    /// The other rooms whose words are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// When it was created.
    pub created_at: Millis,
    /// Where in the log.
    pub seq: Seq,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
    /// From where it came, if a peer mesh would have it done here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed: Option<crate::events::Relayed>,
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResultView {
    /// The task whose result it is, if another's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<TaskId>,
    /// Who.
    pub worker: ParticipantRef,
    /// The output; absent in lists and where it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<TaskOutputTold>,
    /// How sure the worker is, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// What it says of other work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Whether somebody else found it good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// What it cost.
    pub cost: Cost,
    /// What later results are linked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<OutputHash>,
    /// Who did it in which mesh, if a peer brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed: Option<crate::events::Relayed>,
}

/// A result that a task is built on: data from another agent, in its own envelope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NeedView {
    /// The task.
    pub task: TaskId,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<crate::Told>,
    /// How it ended.
    pub state: TaskState,
    /// Its result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ResultView>,
    /// The other rooms whose words are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
}

/// Ask for work.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskTakeInput {
    /// How many tasks at most, 1 to 64; 1 unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u8>,
    /// How long the lease is to be, milliseconds; a minute unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease_ms: Option<u32>,
    /// How long to wait for a task if there is none, milliseconds, at most 30,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<u32>,
    /// Tokens of memories that go with each task, at most 16,000; 1,000 unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_tokens: Option<u32>,
    /// Work begins at once: the tasks are running, and none needs `task.start`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub start: bool,
}

/// A task that the caller holds from here on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TakenTask {
    /// The task.
    pub task: TaskView,
    /// Every update shows this number.
    pub fence: Seq,
    /// When the lease ends unless a heartbeat comes.
    pub until: Millis,
    /// What is to be done.
    pub prompt: crate::Told,
    /// Data that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<crate::ToldData>,
    /// The model to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<crate::Told>,
    /// The messages it quotes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotes: Vec<Message>,
    /// The results it is built on, in the order of its needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<NeedView>,
    /// What the last attempt handed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<TaskOutputTold>,
    /// What the worker remembers that fits the task, the closest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub memories: Vec<MemoryView>,
    /// What the task's room knows of things that the task speaks of, the closest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<EntityKnown>,
    /// The same question and the same result, for whoever gives a second opinion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<NeedView>,
    /// Whether the prompt comes from across a trust boundary: data that asks, not an order.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
    /// What a signed result has to be linked to.
    pub previous: Vec<OutputHash>,
}

/// The tasks that were taken; none if nothing fits at present.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TasksTaken {
    /// The tasks.
    pub items: Vec<TakenTask>,
    /// When asking again may help although nothing new came, milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_ms: Option<u64>,
    /// The place in the log.
    pub seq: Seq,
}

/// A heartbeat, or the beginning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskBeatInput {
    /// The task.
    pub task: TaskId,
    /// The attempt.
    pub fence: Seq,
    /// What it cost so far.
    #[serde(default, skip_serializing_if = "Spend::is_zero")]
    pub spent: Spend,
}

/// The lease as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeaseView {
    /// When it ends unless a heartbeat comes.
    pub until: Millis,
    /// The worker's mode: a draining worker hands on what it has.
    pub mode: WorkerMode,
    /// The place in the log.
    pub seq: Seq,
}

/// A piece of output, or all there is so far when handing on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskPieceInput {
    /// The task.
    pub task: TaskId,
    /// The attempt.
    pub fence: Seq,
    /// The text.
    #[serde(default)]
    pub text: String,
    /// Sent on to whoever looks and not stored: the words of a moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub live: bool,
    /// When handing on: what it cost.
    #[serde(default, skip_serializing_if = "Cost::is_nothing")]
    pub cost: Cost,
}

/// The attempt failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskFailInput {
    /// The task.
    pub task: TaskId,
    /// The attempt.
    pub fence: Seq,
    /// Why, for people.
    pub reason: String,
    /// Another attempt would fail too.
    #[serde(default)]
    pub last: bool,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Cost::is_nothing")]
    pub cost: Cost,
}

/// A worker's signature over its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedResult {
    /// The key.
    pub key: PublicKey,
    /// The signature over the statement `mesh-result/1`.
    pub sig: SignatureBytes,
    /// The time that was signed.
    pub at: Millis,
    /// The salt of the output's hash, 32 hex digits.
    pub salt: String,
    /// The links that were signed.
    pub previous: Vec<OutputHash>,
}

/// The result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskFinishInput {
    /// The task.
    pub task: TaskId,
    /// The attempt.
    pub fence: Seq,
    /// The output.
    pub output: TaskOutput,
    /// How sure the worker is, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// What it says of the work it was asked to judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Cost::is_nothing")]
    pub cost: Cost,
    /// Rooms whose words are in it: ids or names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignedResult>,
}

/// A result was taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskTakenIn {
    /// Where the task stands.
    pub state: TaskState,
    /// The place in the log.
    pub seq: Seq,
}

/// A task, by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRefInput {
    /// The task.
    pub task: TaskId,
}

/// A task and a reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskReasonInput {
    /// The task.
    pub task: TaskId,
    /// Why, for people.
    #[serde(default)]
    pub reason: String,
}

/// Decide about a task that waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskResolveInput {
    /// The task.
    pub task: TaskId,
    /// How.
    pub resolution: Resolution,
    /// Why, for people.
    #[serde(default)]
    pub reason: String,
}

/// Say whether a result is good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskConfirmInput {
    /// The task.
    pub task: TaskId,
    /// Whether it is.
    pub good: bool,
}

/// A task and one that it is to wait for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskLinkInput {
    /// The task.
    pub task: TaskId,
    /// What it waits for.
    pub need: TaskId,
}

/// Give a task to somebody, or to whoever fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskAssignInput {
    /// The task.
    pub task: TaskId,
    /// Who: id or handle; null: whoever fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// The words of a task; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskBody {
    /// A line for lists.
    pub title: String,
    /// What is to be done.
    pub prompt: String,
    /// The model to ask; absent: the worker's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Data that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Map<String, Value>>,
    /// A JSON Schema that the output must match, if the node is to check it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Map<String, Value>>,
}

/// What a task put out, whole or in part; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskOutput {
    /// The text.
    pub text: String,
    /// A structured result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Map<String, Value>>,
}

/// The same as its reader gets it. In an envelope all of it stands in `text`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskOutputTold {
    /// For people and models.
    pub text: crate::Told,
    /// For programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<crate::ToldData>,
}

impl From<String> for TaskOutput {
    fn from(text: String) -> TaskOutput {
        TaskOutput { text, data: None }
    }
}

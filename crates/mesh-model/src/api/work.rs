//! The words of tasks, workers, approvals, templates and shared context, and why a task is where it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::events::{BudgetScope, Rival, Spend, TaskState, Urgency, WorkerMode};
use crate::ids::{ParticipantId, RoomId, Seq, TaskId};
use crate::time::Millis;

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
    /// A JSON Schema that the output must match, if the hub is to check it.
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

/// What a worker says of itself; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkerBody {
    /// The machine it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// What runs its tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
}

/// What is to be approved; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalBody {
    /// The question, for people.
    pub question: String,
    /// What would be done: a tool and its input, a command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Map<String, Value>>,
}

/// The words of a template; erasable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateBody {
    /// What it is for.
    pub about: String,
    /// The title of its tasks, with `{variable}` where a blank is.
    pub title: String,
    /// The prompt, with `{variable}` where a blank is.
    pub prompt: String,
}

/// A value of the shared context; erasable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContextBody {
    /// The value.
    pub value: Value,
}

/// An attempt at a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AttemptView {
    /// Every update of the attempt shows this number; a greater one means somebody else has the task.
    pub fence: Seq,
    /// Who.
    pub worker: ParticipantId,
    /// Since when.
    pub since: Millis,
    /// When the lease ends unless a heartbeat comes.
    pub until: Millis,
    /// What is reserved for it.
    pub reserved: Spend,
}

/// Whether a worker's failures keep work from it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// No.
    Closed,
    /// Yes, for a minute.
    Open,
    /// One task is let through to see.
    HalfOpen,
}

/// Why a worker would not get a task now.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NotTaken {
    /// All dispatch is stopped.
    Stopped,
    /// The task is not queued.
    NotQueued,
    /// It is for somebody else.
    Assigned,
    /// The worker is not there.
    Offline,
    /// An operator paused or drains it.
    Mode,
    /// All its slots are in use.
    Full,
    /// It failed again and again and has to wait.
    Breaker,
    /// It cannot do that.
    Capability,
    /// The room does not let it execute.
    Room,
    /// It works on something that this has to be kept apart from.
    Apart,
    /// A budget is used up.
    Budget,
    /// A better worker is free and is asked first for half a second.
    Rival,
}

/// A worker as it stands towards one task, with the numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WhyWorker {
    /// Who.
    pub worker: ParticipantId,
    /// Mean and bonus together, in millionths: what is compared.
    pub score: u32,
    /// Share of good work among what others verified, with a neutral beginning, in millionths.
    pub mean: u32,
    /// What it gets on top for having been tried little, in millionths.
    pub bonus: u32,
    /// Verified as good.
    pub good: u32,
    /// Verified as bad.
    pub bad: u32,
    /// Tasks it runs.
    pub running: u16,
    /// Tasks it can run.
    pub slots: u16,
    /// Its breaker.
    pub breaker: BreakerState,
    /// Its mode.
    pub mode: WorkerMode,
    /// Why it would not get the task; absent if it would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<NotTaken>,
}

/// A budget as it stands today.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BudgetView {
    /// Whose.
    pub scope: BudgetScope,
    /// Tokens a day; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Millionths a day; absent: any sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub micros: Option<u64>,
    /// Used today.
    pub spent: Spend,
    /// Set aside for attempts under way.
    pub reserved: Spend,
}

/// Why a task is where it is, with the numbers behind the choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskWhy {
    /// The task.
    pub task: TaskId,
    /// Where it belongs.
    pub room: RoomId,
    /// Where it stands.
    pub state: TaskState,
    /// In words.
    pub because: String,
    /// Its priority with its urgency.
    pub rank: u8,
    /// How pressing it is.
    pub urgency: Urgency,
    /// Queued tasks of the same room and capability that go first.
    pub ahead: u32,
    /// The tasks it still waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<TaskId>,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<AttemptView>,
    /// The score of whoever has it when it was taken, in millionths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u32>,
    /// The best of those who could have had it instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rival: Option<Rival>,
    /// Results of this capability that were verified, of all workers.
    pub verified: u32,
    /// The workers, the best first, at most 20.
    pub workers: Vec<WhyWorker>,
    /// The budgets it counts against, besides the worker's own.
    pub budgets: Vec<BudgetView>,
}

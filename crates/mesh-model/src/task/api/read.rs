//! What clients ask about tasks: lists, output, who made what, and why a task is where it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{BreakerState, BudgetView, ParticipantRef, TaskOutputTold};
use crate::events::{Cost, FailureCause, Rival, Spend, TaskState, Urgency, WorkerMode};
use crate::ids::{
    MeshId, OutputHash, ParticipantId, PublicKey, RoomId, Seq, SignatureBytes, TaskId,
};
use crate::time::Millis;

/// List tasks, the newest page unless bounds say otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskListInput {
    /// Only in this room: id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Only with all of these words in title or prompt; the last one may be the beginning of a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only in these states.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<TaskState>,
    /// Only with this capability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// Only tasks that this worker has or had last: id or handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    /// Only tasks that this participant created: id or handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator: Option<String>,
    /// Only what this task is linked to, however far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph: Option<TaskId>,
    /// Created later than this place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// Created earlier than this place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
    /// At most so many (1 to 500, 50 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A task with its words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskDetail {
    /// What lists show.
    #[serde(flatten)]
    pub task: super::TaskView,
    /// What is to be done; absent if it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<crate::Told>,
    /// Whether prompt and output come in an envelope, since they are from across a trust boundary.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
    /// Data that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<crate::ToldData>,
    /// The model to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<crate::Told>,
    /// The schema of its output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<crate::ToldData>,
    /// Those that wait for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed_by: Vec<TaskId>,
    /// Its attempts, the oldest first, at most 50.
    pub attempts: Vec<AttemptRecord>,
}

/// An attempt at a task, under way or over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AttemptRecord {
    /// Its number.
    pub fence: Seq,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<ParticipantRef>,
    /// Since when.
    pub since: Millis,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Millis>,
    /// How: `finished`, `failed`, `handed_off`, `lost`; absent while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<AttemptEnd>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<FailureCause>,
    /// The worker's words about it; absent if there are none or they were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<crate::Told>,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Cost::is_nothing")]
    pub cost: Cost,
}

/// How an attempt ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// With a result.
    Finished,
    /// The worker said that it failed.
    Failed,
    /// The worker gave it back with what it had.
    HandedOff,
    /// It lost its lease: time ran out, or the task was paused, cancelled or assigned to another.
    Lost,
}

/// Read what a task put out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskOutputInput {
    /// The task.
    pub task: TaskId,
    /// Later than this place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// At most so many (1 to 500, 100 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What a piece of output is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PieceKind {
    /// A part of what a running attempt prints.
    Progress,
    /// What an attempt handed on.
    Handoff,
    /// A result.
    Result,
}

/// A piece of output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskPiece {
    /// The place in the log.
    pub seq: Seq,
    /// When.
    pub at: Millis,
    /// What it is.
    pub kind: PieceKind,
    /// The attempt.
    pub fence: Seq,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<ParticipantRef>,
    /// The output; absent if it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<TaskOutputTold>,
    /// Whether the text is in an envelope.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub enveloped: bool,
}

/// Who made a result and from what, signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProvenanceView {
    /// The mesh that was signed for.
    pub mesh: MeshId,
    /// The task.
    pub task: TaskId,
    /// Whether every signature and link holds, as the node finds. Whoever has the export checks for itself:
    /// `mesh log verify`.
    pub holds: bool,
    /// What is broken, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Ours>")]
    pub broken: Option<String>,
    /// The signed results, those first on which others are built; the task's own is the last.
    pub results: Vec<SignedLink>,
    /// Tasks it is built on that have a result without a signature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsigned: Vec<TaskId>,
}

/// A signed result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignedLink {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// Its title; absent if it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<crate::Told>,
    /// The agent that signed.
    pub agent: ParticipantId,
    /// Its handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<crate::closed::Name>")]
    pub handle: Option<String>,
    /// The time that was signed.
    pub at: Millis,
    /// The links of the results it was built on; 64 zeros: none.
    pub previous: Vec<OutputHash>,
    /// The hash of salt and output.
    pub output: OutputHash,
    /// The key.
    pub key: PublicKey,
    /// The signature.
    pub sig: SignatureBytes,
    /// What later results are linked to.
    pub link: OutputHash,
    /// Whether this one holds: signature, key, links.
    pub holds: bool,
}

/// Where tasks stand and what was done, day by day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TaskStatsInput {
    /// Only in this room: id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Days back, 1 to 90; 14 unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// Figures of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskStats {
    /// How many stand where.
    pub states: Vec<StateCount>,
    /// Day by day, the oldest first.
    pub days: Vec<DayCount>,
    /// Worker by worker.
    pub workers: Vec<WorkerCount>,
}

/// How many tasks stand in a state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StateCount {
    /// The state.
    pub state: TaskState,
    /// How many.
    pub count: u32,
}

/// What was done on a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayCount {
    /// The day, UTC, as `2026-11-21`.
    #[schemars(with = "crate::closed::Code")]
    pub day: String,
    /// Tasks created.
    pub created: u32,
    /// Tasks that ended well.
    pub done: u32,
    /// Tasks that failed.
    pub failed: u32,
    /// What was spent.
    pub spend: crate::events::Spend,
}

/// What a worker did in those days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkerCount {
    /// Who.
    pub worker: ParticipantRef,
    /// Attempts that ended with a result.
    pub finished: u32,
    /// Attempts that failed or lost their lease.
    pub failed: u32,
    /// How long an attempt took on average, milliseconds.
    pub mean_ms: u64,
    /// What it spent.
    pub spend: crate::events::Spend,
    /// The mean of its confidence, percent; absent if it never said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
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
    /// It is a peer mesh, and a worker of this one is free and asked first for ten seconds.
    Local,
    /// It is a peer mesh, and the task does not leave this one: by the room's rules about data, by what the owner lends and
    /// borrows, or because what goes with it does not travel.
    Stays,
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
    #[schemars(with = "crate::closed::Ours")]
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

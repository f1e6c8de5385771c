//! Results of tasks: handed in, signed, judged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{Cost, GuardMark, Relayed, Verdict};
use crate::ids::{OutputHash, ParticipantId, PublicKey, RoomId, Seq, SignatureBytes, TaskId};

/// A worker's signature over its result, linked to the results it was built on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The links of the results it was built on, in the order of the task's needs; 64 zeros where
    /// there is none.
    pub previous: Vec<OutputHash>,
    /// The time that was signed, unix milliseconds.
    pub at: u64,
    /// The hash of the salt and the output: the same that the log's line holds.
    pub output: OutputHash,
    /// The key.
    pub key: PublicKey,
    /// The signature.
    pub sig: SignatureBytes,
    /// The hash of statement and signature: what later results are linked to.
    pub link: OutputHash,
}

/// What follows a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AfterResult {
    /// The task is done.
    Done,
    /// A second agent looks at it first.
    Verify {
        /// As this task.
        by: TaskId,
    },
    /// A moderator looks at it first: the guard takes it for an attack.
    Person,
}

/// A worker's result. Content: [`crate::api::TaskOutput`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskFinished {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
    /// Who.
    pub worker: ParticipantId,
    /// How sure the worker is, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// What it says of the work it was asked to judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Cost::is_nothing")]
    pub cost: Cost,
    /// Whether the node's own check passed; absent if none was declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<bool>,
    /// The check was declared by the worker's own side, so that it says nothing in the worker's record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
    /// The worker's signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<Box<Provenance>>,
    /// The other rooms whose words are in it, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
    /// What the guard found, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
    /// What follows.
    pub next: AfterResult,
    /// Who did it in which mesh, if a peer brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relayed: Option<Box<Relayed>>,
}

/// How a task without a worker, or one that was verified, ended.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// With a result.
    Accepted,
    /// With none: what was judged does not hold.
    Rejected,
    /// A person has to say.
    Person,
}

/// What others' words mean for the reputation of whoever did a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The task that was done.
    pub task: TaskId,
    /// Whether it was done well.
    pub good: bool,
}

/// The results of other tasks decided a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskDecided {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// How.
    pub decision: Decision,
    /// The task whose result it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<TaskId>,
    /// Verdicts for it.
    #[serde(default, skip_serializing_if = "zero")]
    pub accepts: u8,
    /// Verdicts against it.
    #[serde(default, skip_serializing_if = "zero")]
    pub rejects: u8,
    /// Whose reputation that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
    /// The other rooms whose words came into it with what it needed, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<RoomId>,
}

fn zero(number: &u8) -> bool {
    *number == 0
}

/// A person said whether a result is good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskConfirmed {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// Whether it is.
    pub good: bool,
}

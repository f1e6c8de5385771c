//! Attempts at tasks: taken, held, handed on, failed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{Cost, GuardMark, Spend};
use crate::ids::{ParticipantId, RoomId, Seq, TaskId};

/// Another worker and its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rival {
    /// The worker.
    pub worker: ParticipantId,
    /// In millionths.
    pub score: u32,
}

/// A worker took it. The place of this event in the log is the attempt's fence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskTaken {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// Who.
    pub worker: ParticipantId,
    /// How long the lease is, milliseconds.
    pub lease_ms: u32,
    /// When the lease ends unless it is extended, unix milliseconds.
    pub until: u64,
    /// What is reserved for the attempt.
    #[serde(default, skip_serializing_if = "Spend::is_zero")]
    pub reserved: Spend,
    /// The worker's score, in millionths.
    pub score: u32,
    /// The best of the other free workers that could have taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rival: Option<Rival>,
    /// It began at once: no [`TaskStarted`] follows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub started: bool,
}

/// A heartbeat came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskLeaseExtended {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
    /// When the lease ends unless it is extended again, unix milliseconds.
    pub until: u64,
    /// What is reserved for the attempt from here on, if it takes more than was reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<Spend>,
}

/// The worker began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskStarted {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
}

/// A piece of output. Content: [`crate::api::TaskOutput`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskProgressed {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
    /// Counts from 1 up.
    pub part: u32,
    /// What the guard found, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
}

/// The worker gave it back with what it has; whoever takes it next goes on from there.
/// Content: [`crate::api::TaskOutput`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskHandedOff {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
    /// Who.
    pub worker: ParticipantId,
    /// What it cost so far.
    #[serde(default, skip_serializing_if = "Cost::is_nothing")]
    pub cost: Cost,
    /// Whether nothing goes with it to whoever takes it next.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty: bool,
    /// Its priority from here on.
    pub priority: u8,
    /// What the guard found, if it looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<GuardMark>,
}

/// Why an attempt failed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FailureCause {
    /// The worker says so.
    Reported,
    /// Its lease ended without a heartbeat.
    LeaseExpired,
    /// The output did not pass the check that the task declares.
    CheckFailed,
}

/// What follows a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AfterFailure {
    /// Another attempt, not before a moment.
    Retry {
        /// The moment, unix milliseconds.
        at: u64,
    },
    /// The parent of the worker is to do it.
    Escalate {
        /// The parent.
        to: ParticipantId,
    },
    /// A person has to look at it.
    Person,
    /// It has failed.
    Fail,
}

/// An attempt failed. Content: [`crate::api::Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskAttemptFailed {
    /// The task.
    pub task: TaskId,
    /// Where.
    pub room: RoomId,
    /// The attempt.
    pub fence: Seq,
    /// Who.
    pub worker: ParticipantId,
    /// Why.
    pub cause: FailureCause,
    /// What it cost; of a lost worker, what was reserved.
    #[serde(default, skip_serializing_if = "Cost::is_nothing")]
    pub cost: Cost,
    /// What follows.
    pub next: AfterFailure,
}

//! Workers, the switch that stops all dispatch, and budgets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ParticipantId, RoomId};

/// A participant takes work from here on. Content: [`crate::api::WorkerBody`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerEnrolled {
    /// Who.
    pub worker: ParticipantId,
    /// Tasks at the same time.
    pub slots: u16,
    /// What it can do, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
}

/// A worker is gone; its leases run on until they end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerLeft {
    /// Who.
    pub worker: ParticipantId,
}

/// Whether a worker takes work.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum WorkerMode {
    /// It does.
    #[default]
    Open,
    /// It does not; what it has it finishes.
    Paused,
    /// It does not; what it has it hands off, and then it goes.
    Draining,
}

impl WorkerMode {
    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            WorkerMode::Open => "open",
            WorkerMode::Paused => "paused",
            WorkerMode::Draining => "draining",
        }
    }
}

/// An operator paused, drained or resumed a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerModeSet {
    /// Who.
    pub worker: ParticipantId,
    /// From here on.
    pub mode: WorkerMode,
}

/// An operator's word on a worker, which goes before what the worker says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerLimitsSet {
    /// Who.
    pub worker: ParticipantId,
    /// Tasks at the same time; absent: as the worker says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<u16>,
    /// What it may be given, sorted, each once; absent: as the worker says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<String>>,
}

/// Nobody takes anything from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispatchStopped {}

/// Work is given out again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispatchResumed {}

/// Whose tokens and money a budget counts, each UTC day by itself.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum BudgetScope {
    /// Everybody's together.
    Mesh,
    /// Each agent's for which nothing else is set.
    EachAgent,
    /// One agent's.
    Agent(ParticipantId),
    /// What is done in one room.
    Room(RoomId),
}

/// A budget holds from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetSet {
    /// Whose.
    pub scope: BudgetScope,
    /// Tokens a day; absent: any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Millionths of the mesh's currency a day; absent: any sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub micros: Option<u64>,
}

/// A budget is nearly or wholly used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetWarned {
    /// Whose.
    pub scope: BudgetScope,
    /// Days since 1970-01-01.
    pub day: u32,
    /// How much of it is used: 80, or 100 when nothing more is given out.
    pub percent: u8,
}

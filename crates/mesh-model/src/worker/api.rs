//! Workers: participants that take tasks; what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{BudgetView, ParticipantRef};
use crate::events::WorkerMode;
use crate::ids::TaskId;
use crate::time::Millis;

/// Take work from here on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerEnrolInput {
    /// Tasks at the same time; 1 unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<u16>,
    /// What it can do.
    pub capabilities: Vec<String>,
    /// The machine it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// What runs its tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
    /// The rooms whose commands it runs, by its own word, if they let it: ids or names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<String>,
}

/// Set a worker's slots and capabilities, whatever it says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerSetInput {
    /// The worker: id or handle.
    pub worker: String,
    /// Tasks at the same time; absent: as the worker says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<u16>,
    /// What it may be given; absent: as the worker says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Vec<String>>,
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

/// A worker by its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerRefInput {
    /// The worker: id or handle.
    pub worker: String,
}

/// Pause, drain or resume a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkerModeInput {
    /// The worker: id or handle.
    pub worker: String,
    /// From here on.
    pub mode: WorkerMode,
}

/// A worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkerView {
    /// Who.
    pub worker: ParticipantRef,
    /// Whether it takes part at present.
    pub here: bool,
    /// Its mode.
    pub mode: WorkerMode,
    /// Tasks it can run at the same time.
    pub slots: u16,
    /// What it may be given.
    #[schemars(with = "Vec<crate::closed::Name>")]
    pub capabilities: Vec<String>,
    /// The machine it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<crate::Told>,
    /// What runs its tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<crate::Told>,
    /// What it has now, as far as the caller may know.
    pub running: Vec<TaskId>,
    /// Whether its failures keep work from it.
    pub breaker: BreakerState,
    /// When the breaker lets one task through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker_until: Option<Millis>,
    /// What others verified of its work, by capability.
    pub records: Vec<RecordView>,
    /// Its own budget today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetView>,
}

/// What others verified of a worker's work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordView {
    /// The capability; empty for tasks that name none.
    #[schemars(with = "crate::closed::Name")]
    pub capability: String,
    /// Found good.
    pub good: u32,
    /// Found bad.
    pub bad: u32,
    /// Mean and bonus together, in millionths: what the dispatcher compares.
    pub score: u32,
}

/// All workers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Workers {
    /// Whether all dispatch is stopped.
    pub stopped: bool,
    /// The workers.
    pub items: Vec<WorkerView>,
}

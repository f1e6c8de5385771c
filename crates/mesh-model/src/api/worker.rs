//! What clients send and get about workers, dispatch, budgets and costs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BreakerState, BudgetView, ParticipantRef};
use crate::events::{Spend, WorkerMode};
use crate::ids::TaskId;
use crate::time::Millis;

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
    pub capabilities: Vec<String>,
    /// The machine it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// What runs its tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
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

/// Set what may be used in a day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BudgetSetInput {
    /// Of one agent: id or handle. Without agent and room: of the whole mesh.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Of every agent for which nothing else is set.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub each_agent: bool,
    /// Of one room: id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Tokens a day; absent: any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Millionths of the mesh's currency a day; absent: any sum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub micros: Option<u64>,
}

/// By what costs are added up.
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
pub enum CostBy {
    /// By model.
    #[default]
    Model,
    /// By agent.
    Agent,
    /// By room.
    Room,
    /// By day.
    Day,
}

/// Add up costs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CostListInput {
    /// By what.
    pub by: CostBy,
    /// Days back, 1 to 366; 1 (today) unless named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// A sum of costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CostView {
    /// Model, handle, room's name or day; `?` where it is not known.
    pub name: String,
    /// Attempts.
    pub attempts: u32,
    /// What was spent.
    pub spend: Spend,
}

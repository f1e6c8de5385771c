//! Budgets and costs: what clients send and get.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::events::{BudgetScope, Spend};

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
    #[schemars(with = "crate::Told")]
    pub name: String,
    /// Attempts.
    pub attempts: u32,
    /// What was spent.
    pub spend: Spend,
}

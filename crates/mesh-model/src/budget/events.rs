//! Budgets and costs: what the log remembers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::event::{Erased, events};
use crate::ids::{ParticipantId, RoomId};

events! { Budget BudgetFacts
    Set(it: BudgetSet) "budget.set" / 1 {
        room: it.scope.room(),
        sees: Budget(it.scope),
        words: None,
        erased: Erased::Never,
    }
    Warned(it: BudgetWarned) "budget.warned" / 1 {
        room: it.scope.room(),
        sees: Budget(it.scope),
        words: None,
        erased: Erased::Never,
    }
}

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetWarned {
    /// Whose.
    pub scope: BudgetScope,
    /// Days since 1970-01-01.
    pub day: u32,
    /// How much of it is used: 80, or 100 when nothing more is given out.
    pub percent: u8,
}

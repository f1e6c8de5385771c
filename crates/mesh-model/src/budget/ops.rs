//! Budgets and costs: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Budget
    /// Set what may be used in a day: by one agent, by each, in a room, or in the mesh.
    BudgetSet "budget.set" {
        Command Needs::Permission(TasksWrite), Put "/api/budgets" => 200,
        BudgetSetInput => Done,
        example r#"{"agent": "rex", "tokens": 200000, "micros": 1000000}"#
    }
    /// List budgets and what is used of them today, as far as the caller may know.
    BudgetList "budget.list" {
        Query Needs::Permission(TasksRead), Get "/api/budgets" => 200,
        NoInput => List<BudgetView>,
        example "{}"
    }
    /// Add up what attempts cost, by model, agent, room or day.
    CostList "cost.list" {
        Query Needs::Permission(AdminAnalytics), Get "/api/costs" => 200,
        CostListInput => List<CostView>,
        example r#"{"by": "model", "days": 30}"#
    }
}

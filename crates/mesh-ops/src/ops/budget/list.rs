//! `budget.list`

use std::collections::BTreeSet;

use mesh_model::events::BudgetScope;

use crate::ops::task::holds;
use crate::prelude::*;

impl Run for BudgetList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<BudgetView>, Refusal> {
        let work = door.node().work();
        let mut scopes: BTreeSet<BudgetScope> = work.budgets().collect();
        // What every agent may use is there without anybody having set it.
        scopes.insert(BudgetScope::EachAgent);
        scopes.extend(work.workers().map(|worker| BudgetScope::Agent(worker.id)));
        let known = scopes
            .into_iter()
            .filter(|scope| holds::knows_budget(call, *scope));
        Ok(List {
            items: known
                .filter_map(|scope| work.budget_view(scope, call.now))
                .collect(),
        })
    }
}

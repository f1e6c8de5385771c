//! `budget.list`

use crate::prelude::*;

impl Run for BudgetList {
    async fn run(_: &Door, _: &Call, _: NoInput) -> Result<List<BudgetView>, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

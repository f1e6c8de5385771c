//! `budget.set`

use crate::prelude::*;

impl Run for BudgetSet {
    async fn run(_: &Door, _: &Call, _: BudgetSetInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

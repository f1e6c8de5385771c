//! `cost.list`

use crate::prelude::*;

impl Run for CostList {
    async fn run(_: &Door, _: &Call, _: CostListInput) -> Result<List<CostView>, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

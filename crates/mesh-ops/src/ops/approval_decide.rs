//! `approval.decide`

use crate::prelude::*;

impl Run for ApprovalDecide {
    async fn run(_: &Door, _: &Call, _: ApprovalDecideInput) -> Result<Done, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

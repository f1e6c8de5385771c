//! `approval.get`

use crate::prelude::*;

impl Run for ApprovalGet {
    async fn run(_: &Door, _: &Call, _: ApprovalRefInput) -> Result<ApprovalOutcome, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

//! `approval.list`

use crate::prelude::*;

impl Run for ApprovalList {
    async fn run(_: &Door, _: &Call, _: ApprovalListInput) -> Result<List<ApprovalView>, Refusal> {
        Err(refuse::internal("STUB"))
    }
}

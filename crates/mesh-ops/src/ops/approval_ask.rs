//! `approval.ask`

use crate::prelude::*;

impl Run for ApprovalAsk {
    async fn run(_: &Door, _: &Call, _: ApprovalAskInput) -> Result<ApprovalAsked, Refusal> {
        Err(refuse::internal("STUB"))
    }

    fn told(_: &Call, _: &Outcome, _: Vec<Facts>) -> Option<ApprovalAsked> {
        None
    }
}

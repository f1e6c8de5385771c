//! `approval.decide`

use crate::prelude::*;

use mesh_model::command::ApprovalCommand;

impl Run for ApprovalDecide {
    async fn run(door: &Door, call: &Call, input: ApprovalDecideInput) -> Result<Done, Refusal> {
        let command = Command::Approval(ApprovalCommand::Decide {
            approval: input.approval,
            approve: input.approve,
            reason: check::reason(input.reason)?,
        });
        call.done(door, command).await
    }
}

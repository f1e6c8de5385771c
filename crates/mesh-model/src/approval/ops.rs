//! Approvals: questions that hold work up until somebody answers or time runs out; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Approval
    /// Ask a person for approval. A task that asks is held up until somebody answers.
    ApprovalAsk "approval.ask" {
        Command Needs::Permission(TasksWrite), Post "/api/approvals" => 201,
        ApprovalAskInput => ApprovalAsked,
        tool "approval_ask",
        example r#"{"room": "workshop", "question": "May I push to the main branch?", "seconds": 600}"#
    }
    /// List the approvals that wait for an answer.
    ApprovalList "approval.list" {
        Query Needs::Permission(TasksRead), Get "/api/approvals" => 200,
        ApprovalListInput => List<ApprovalView>,
        example r#"{"room": "workshop"}"#
    }
    /// Read an approval and its answer; waits for one if asked to.
    ApprovalGet "approval.get" {
        Query Needs::Permission(TasksRead), Get "/api/approvals/{approval}" => 200,
        ApprovalRefInput => ApprovalOutcome,
        example r#"{"approval": "$approval"}"#
    }
    /// Answer: give an approval or refuse it. Whoever was asked may, and people who moderate the room.
    ApprovalDecide "approval.decide" {
        Command Needs::Permission(TasksWrite), Post "/api/approvals/{approval}" => 200,
        ApprovalDecideInput => Done,
        example r#"{"approval": "$approval", "approve": true, "reason": "looks fine"}"#
    }
}

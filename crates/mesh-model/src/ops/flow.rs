//! Approvals, templates and shared context.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST flow_operations
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
    /// Make a template: a recurring task with blanks.
    TemplateCreate "template.create" {
        Command Needs::Permission(TasksWrite), Post "/api/templates" => 201,
        TemplateCreateInput => TemplateMade,
        example r#"{"name": "triage", "about": "Sort a report", "title": "Triage {report}", "prompt": "Read {report} and say how bad it is."}"#
    }
    /// List templates.
    TemplateList "template.list" {
        Query Needs::Permission(TasksRead), Get "/api/templates" => 200,
        NoInput => List<TemplateView>,
        example "{}"
    }
    /// Delete a template. Tasks made from it stay.
    TemplateDelete "template.delete" {
        Command Needs::Permission(TasksWrite), Delete "/api/templates/{template}" => 200,
        TemplateRefInput => Done,
        example r#"{"template": "spare"}"#
    }
    /// Create a task from a template.
    TemplateDispatch "template.dispatch" {
        Command Needs::Permission(TasksWrite), Post "/api/templates/{template}/dispatch" => 201,
        TemplateDispatchInput => TasksCreated,
        example r#"{"template": "research", "room": "workshop", "values": {"topic": "log formats"}}"#
    }
    /// Set a value of a room's shared context; with `expected` only if nobody changed it meanwhile.
    ContextSet "context.set" {
        Command Needs::Permission(MemoryWrite), Put "/api/rooms/{room}/context/{key}" => 200,
        ContextSetInput => Done,
        example r#"{"room": "workshop", "key": "branch", "value": "main"}"#
    }
    /// Remove a value of a room's shared context.
    ContextRemove "context.remove" {
        Command Needs::Permission(MemoryWrite), Delete "/api/rooms/{room}/context/{key}" => 200,
        ContextRefInput => Done,
        example r#"{"room": "workshop", "key": "branch"}"#
    }
    /// List a room's shared context.
    ContextList "context.list" {
        Query Needs::Permission(MemoryRead), Get "/api/rooms/{room}/context" => 200,
        RoomRefInput => List<ContextValue>,
        example r#"{"room": "workshop"}"#
    }
}

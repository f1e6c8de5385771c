//! Reports: what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Report
    /// Sum up a stretch of time in the rooms that the caller reads: who did what, what failed and why, where time and money went.
    /// The tool `mesh_report`.
    ReportGet "report.get" {
        Query Needs::Permission(TasksRead), Get "/api/report" => 200,
        ReportGetInput => Report,
        example r#"{"room": "workshop"}"#
    }
    /// Make a task of a proposal: one of those in the result of a task that took a report along. Only a person does, and each
    /// proposal becomes a task once.
    ReportAccept "report.accept" {
        Command Needs::Permission(TasksWrite), Post "/api/report/accept" => 201,
        ReportAcceptInput => TasksCreated,
        example r#"{"task": "$proposing_task", "proposal": 1}"#
    }
}

//! Templates: recurring tasks with blanks to fill in, and pipelines; what can be asked.

use crate::api::*;
use crate::ops::{Needs, operations};
use crate::permission::Permission::*;

operations! { LIST Template
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
    /// Create tasks each of which waits for the one before and gets its result.
    PipelineCreate "pipeline.create" {
        Command Needs::Permission(TasksWrite), Post "/api/pipelines" => 201,
        PipelineCreateInput => TasksCreated,
        example r#"{"room": "workshop", "steps": [{"title": "Research", "prompt": "Find out how others store logs."}, {"title": "Summarise", "prompt": "Sum it up."}]}"#
    }
}

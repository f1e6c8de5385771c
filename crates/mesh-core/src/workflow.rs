//! How tasks wait for one another and for people. One engine for all of it: a workflow is nothing but
//! tasks with needs, conditions and joins, created in one go.
//!
//! * verify: *work*, then *check* when work is unsure, then a join of both that takes the `best`.
//! * challenge and revise: *work*, *challenge* by another, *revise* by the first when the verdict was
//!   `reject`, then a join that takes the `first` of revise and work.
//! * debate: two that are kept apart, then a synthesis that needs both.
//! * vote: *work*, three voters kept apart from it and one another, then a join by `majority`.
//! * best of n: n times the same, then a join that takes the `best`.
//! * map and reduce: one for each piece, then one that needs all.
//!
//! `settle.rs` decides what follows when what a task waits for has ended; `tick.rs` decides what
//! follows when a time has come; `graph.rs` looks for circles; `approval.rs` and `template.rs` have
//! the rules of their nouns.

mod approval;
pub(crate) mod graph;
mod settle;
mod template;
mod tick;

use mesh_model::NewEvent;
use mesh_model::command::FlowCommand;
use mesh_model::events::ApprovalExpired;

pub(crate) use approval::approval_until;
pub(crate) use settle::follow;
pub(crate) use template::check_template;
pub(crate) use tick::tick;

use crate::task::{Hold, Task};
use crate::work::{Decision, Desk};

pub(crate) fn decide(desk: &Desk<'_>, command: &FlowCommand) -> Decision {
    match command {
        FlowCommand::RequestApproval { .. } | FlowCommand::DecideApproval { .. } => {
            approval::decide(desk, command)
        }
        FlowCommand::CreateTemplate { .. } | FlowCommand::DeleteTemplate { .. } => {
            template::decide(desk, command)
        }
    }
}

/// The end of the approval that a task waits for, when nobody waits for it any more.
pub(crate) fn moot(task: &Task) -> Option<NewEvent> {
    let approval = match task.hold {
        Some(Hold::Approval(id)) => Some(id),
        _ => task.gate,
    };
    approval.map(|approval| {
        NewEvent::new(ApprovalExpired {
            approval,
            room: task.room,
        })
    })
}

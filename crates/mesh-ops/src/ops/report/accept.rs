//! `report.accept`

use crate::ops::task;
use crate::ops::task::create;
use crate::prelude::*;

use mesh_model::TaskId;
use mesh_model::events::TaskState;
use mesh_model::limits::REPORT_PROPOSALS_MAX;
use mesh_store::view::TaskRow;
use serde_json::Value;
use sha2::{Digest, Sha256};

impl Run for ReportAccept {
    async fn run(
        door: &Door,
        call: &Call,
        input: ReportAcceptInput,
    ) -> Result<TasksCreated, Refusal> {
        check_person(call)?;
        let row = task::readable(door, call, input.task).await?;
        let proposal = proposal(&row, input.proposal)?;
        let id = id(input.task, input.proposal);
        let known = door.view(call, move |view| view.task(id)).await?;
        if known.is_some() {
            return Err(accepted(input.proposal, id));
        }
        let spec = TaskSpec {
            title: proposal.title,
            prompt: format!("{}\n\nWhy: {}", proposal.task, proposal.why),
            capability: input.capability,
            assigned: input.assigned,
            ..TaskSpec::default()
        };
        create::create_as(door, call, row.task.room, vec![spec], vec![id]).await
    }

    fn told(call: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<TasksCreated> {
        create::told_created(call, outcome, facts)
    }
}

/// No program, whatever it is allowed: what programs propose is not carried out by programs unseen.
fn check_person(call: &Call) -> Result<(), Refusal> {
    if call.access.is_person(call.me()?) {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::PermissionDenied,
        "only a person makes a task of a proposal",
        Effect::NothingCreated,
        "ask a person in the task's room to look at the proposals",
    ))
}

fn accepted(number: u32, id: TaskId) -> Refusal {
    refuse::conflict(
        format!("proposal {number} was accepted already: it is the task {id}"),
        "look at that task",
    )
    .so(Effect::NothingCreated)
}

fn proposal(row: &TaskRow, number: u32) -> Result<ReportProposal, Refusal> {
    if row.task.state != TaskState::Done {
        return Err(refuse::conflict(
            format!("the task is {}, not done", row.task.state.name()),
            "wait until it has a result",
        )
        .so(Effect::NothingCreated));
    }
    let output = row.result.as_ref().and_then(|it| it.output.as_ref());
    let data = output.and_then(|output| output.data.clone());
    let found = data.and_then(|data| serde_json::from_value(Value::Object(data)).ok());
    let found: ReportProposals = found.ok_or_else(|| {
        refuse::invalid(
            "the task's result holds no proposals",
            "create a task from a template that takes a report along",
        )
        .so(Effect::NothingCreated)
    })?;
    let count = found.proposals.len().min(REPORT_PROPOSALS_MAX);
    let at = usize::try_from(number).unwrap_or(usize::MAX);
    let wanted = at.checked_sub(1).filter(|at| *at < count);
    let proposal = wanted.and_then(|at| found.proposals.into_iter().nth(at));
    proposal.ok_or_else(|| {
        refuse::invalid(
            format!("the task has the proposals 1 to {count}, not {number}"),
            "count them from 1",
        )
        .so(Effect::NothingCreated)
    })
}

/// The same each time that the proposal is accepted.
fn id(task: TaskId, number: u32) -> TaskId {
    let hash = Sha256::new()
        .chain_update(b"mesh-proposal/1\n")
        .chain_update(task.0.as_bytes())
        .chain_update(number.to_be_bytes())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    TaskId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

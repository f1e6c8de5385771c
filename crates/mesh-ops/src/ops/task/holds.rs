//! What a worker does with a task it holds, as far as its operations have it in common.

use mesh_model::api::{LeaseView, TaskOutput, TaskTakenIn};
use mesh_model::command::{Content, ContentEvidence};
use mesh_model::events::{AfterFailure, AfterResult, BudgetScope, TaskFacts, TaskState};
use mesh_model::{Command, ErrorCode, Facts, Permission, Refusal, RoomId, Seq, TaskId, refuse};
use mesh_node::Outcome;

use crate::door::call::content;
use crate::door::{Call, Door};
use crate::evidence::scan;

/// The room of a task that is open or was not long ago.
pub(crate) fn room(door: &Door, task: TaskId) -> Result<RoomId, Refusal> {
    let work = door.node().work();
    work.task(task)
        .map(|task| task.room)
        .ok_or_else(refuse::no_task)
}

/// The lease after a beat.
pub(crate) fn lease(
    door: &Door,
    call: &Call,
    task: TaskId,
    fence: Seq,
    outcome: &Outcome,
) -> Result<LeaseView, Refusal> {
    let work = door.node().work();
    let attempt = work.task(task).and_then(|task| task.attempt.as_ref());
    let attempt = attempt.filter(|attempt| attempt.fence == fence);
    let worker = work.worker(call.me()?);
    Ok(LeaseView {
        // One that is over by now has no time left.
        until: attempt.map_or(outcome.at, |attempt| attempt.until()),
        mode: worker.map_or_else(Default::default, |worker| worker.mode),
        seq: outcome.last(),
    })
}

/// What a worker puts out, on its way to the writer, with what the guard says of it if the room wants to know.
pub(crate) struct PutOut<C> {
    room: RoomId,
    output: TaskOutput,
    body: Content,
    evidence: ContentEvidence,
    command: C,
}

impl<C> PutOut<C>
where
    C: Fn(ContentEvidence, Content) -> Command + Send + Sync,
{
    pub(crate) async fn new(
        door: &Door,
        call: &Call,
        room: RoomId,
        output: TaskOutput,
        command: C,
    ) -> Result<PutOut<C>, Refusal> {
        let empty = output.text.is_empty() && output.data.is_none();
        let body = if empty { None } else { content(&output)? };
        let evidence = evidence(door, call, &call.access, room, &output).await?;
        Ok(PutOut {
            room,
            output,
            body,
            evidence,
            command,
        })
    }

    pub(crate) fn command(&self) -> Command {
        (self.command)(self.evidence.clone(), self.body.clone())
    }

    /// Submits it as the call's one command.
    pub(crate) async fn submit(&self, door: &Door, call: &Call) -> Result<Outcome, Refusal> {
        match call.submit(door, self.command()).await {
            Err(refusal) => self.again(door, call, 0, refusal).await,
            answer => answer,
        }
    }

    /// After a refusal of this part of the call: if the room's rules moved while it was on its way, the guard is asked
    /// once more.
    pub(crate) async fn again(
        &self,
        door: &Door,
        call: &Call,
        part: u32,
        refusal: Refusal,
    ) -> Result<Outcome, Refusal> {
        if refusal.code != ErrorCode::Conflict {
            return Err(refusal);
        }
        let access = door.node().access();
        let fresh = evidence(door, call, &access, self.room, &self.output).await?;
        if fresh == self.evidence {
            Err(refusal)
        } else {
            let command = (self.command)(fresh, self.body.clone());
            call.submit_part(door, part, command).await
        }
    }
}

async fn evidence(
    door: &Door,
    call: &Call,
    access: &mesh_core::Access,
    room: RoomId,
    output: &TaskOutput,
) -> Result<ContentEvidence, Refusal> {
    let trust = access.trust_of(call.me()?, false);
    let guard = if access.wants_scan(room, trust) {
        let origin = scan::Origin::said(access, call.me()?, trust);
        Some(scan::scan(door, &output.text, output.data.as_ref(), origin).await?)
    } else {
        None
    };
    Ok(ContentEvidence {
        bytes: u32::try_from(output.text.len()).unwrap_or(u32::MAX),
        command: false,
        payload: output.data.is_some(),
        schema: None,
        guard,
    })
}

/// Where the task stands after an attempt ended: what its own events say, so that a repeated call hears the same.
pub(crate) async fn taken_in(
    door: &Door,
    task: TaskId,
    outcome: &Outcome,
) -> Result<TaskTakenIn, Refusal> {
    if outcome.replayed && outcome.count > 0 {
        let facts = door.facts(outcome).await?;
        return told(outcome, &facts)
            .ok_or_else(|| refuse::internal("the command's own events cannot be read"));
    }
    let work = door.node().work();
    let task = work.task(task).ok_or_else(refuse::no_task)?;
    Ok(TaskTakenIn {
        state: task.state,
        seq: outcome.last(),
    })
}

/// The same from the facts alone.
pub(crate) fn told(outcome: &Outcome, facts: &[Facts]) -> Option<TaskTakenIn> {
    let state = facts.iter().find_map(|facts| match facts {
        Facts::Task(TaskFacts::AttemptFailed(facts)) => Some(match facts.next {
            AfterFailure::Retry { .. } => TaskState::Retrying,
            AfterFailure::Escalate { .. } => TaskState::Queued,
            AfterFailure::Person => TaskState::Blocked,
            AfterFailure::Fail => TaskState::Failed,
        }),
        Facts::Task(TaskFacts::Finished(facts)) => Some(match facts.next {
            AfterResult::Done => TaskState::Done,
            AfterResult::Verify { .. } => TaskState::Verifying,
            AfterResult::Person => TaskState::Blocked,
        }),
        _ => None,
    })?;
    Some(TaskTakenIn {
        state,
        seq: outcome.last(),
    })
}

/// Whether the caller may know what was used of a budget: its own and its agents', those of rooms it reads, and all if
/// it leads agents or looks at the mesh's figures.
pub(crate) fn knows_budget(call: &Call, scope: BudgetScope) -> bool {
    let leads = call.has(Permission::AgentsAdmin) || call.has(Permission::AdminAnalytics);
    match scope {
        BudgetScope::Mesh | BudgetScope::EachAgent => leads,
        BudgetScope::Agent(agent) => {
            leads
                || call
                    .me()
                    .is_ok_and(|me| me == agent || call.access.descends(agent, me))
        }
        BudgetScope::Room(room) => call.readable(room).is_ok(),
    }
}

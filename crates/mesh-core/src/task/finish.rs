//! A result: checked, signed, looked at by a second agent if its worker is unsure.

use mesh_model::command::{Content, ContentEvidence, TaskResult};
use mesh_model::events::{
    AfterResult, FailureCause, Provenance, TaskCreated, TaskFinished, TaskPlan, Trust,
};
use mesh_model::limits::TASK_PRIORITY_MAX;
use mesh_model::{Effect, NewEvent, Refusal, Seq, TaskId};

use super::attempt::{check_cost, working};
use super::{failed, moot};
use crate::desk::Desk;
use crate::policy::{Form, Judged, check_labels};
use crate::{Decision, Task, budget, check, identity, refuse};

/// What a worker hands in.
pub struct HandedIn<'a> {
    pub result: &'a TaskResult,
    pub spare: TaskId,
    pub evidence: &'a ContentEvidence,
    pub body: &'a Content,
}

pub fn finish(desk: &Desk<'_>, id: TaskId, fence: Seq, given: &HandedIn<'_>) -> Decision {
    let me = desk.asker.me()?;
    // A worker that did not hear the answer sends its result again.
    if let Ok((task, _)) = desk.task(id)
        && let Some(result) = &task.result
        && result.fence == fence
        && result.worker == me
    {
        return Ok(Vec::new());
    }
    let (task, room, attempt) = working(desk, id, fence)?;
    let result = given.result;
    check::some_content("result", given.body)?;
    check_cost(&result.cost)?;
    check_numbers(task, result)?;
    if let Some((signed, _)) = &result.provenance {
        check_provenance(desk, task, signed)?;
    }
    let access = desk.asker.access;
    let who = access.participant(me).ok_or_else(refuse::no_participant)?;
    let mut labels = result.labels.clone();
    labels.retain(|label| !task.labels.contains(label));
    let mut labels = check_labels(desk.asker, room, who, labels)?;
    // What it was built on came into the room by others.
    labels.extend(desk.work.labels_of_needs(task));
    labels.sort_unstable();
    labels.dedup();
    let Judged { guard, waits } = desk.judged(room, Form::Given, given.evidence)?;
    if result.check == Some(false) {
        let cause = FailureCause::CheckFailed;
        return Ok(failed(
            desk,
            task,
            attempt,
            cause,
            false,
            &result.cost,
            given.body,
        ));
    }
    // Whoever declares the check says what is good: that is no other's word of its own side's work.
    let own = result.check.is_some() && !task.creator.is_none_or(|by| access.vouches(by, me));
    let unsure = result
        .confidence
        .is_some_and(|percent| percent < task.plan.verify_below);
    let mut events: Vec<NewEvent> = moot(task).into_iter().collect();
    let next = match (waits, unsure) {
        (true, _) => AfterResult::Person,
        (false, true) => {
            let mut second = second_opinion(desk, task, given.spare)?;
            second.labels.extend(&labels);
            second.labels.sort_unstable();
            events.push(NewEvent::new(second));
            AfterResult::Verify { by: given.spare }
        }
        (false, false) => AfterResult::Done,
    };
    let finished = TaskFinished {
        task: id,
        room: task.room,
        fence,
        worker: me,
        confidence: result.confidence,
        verdict: result.verdict,
        cost: result.cost.clone(),
        check: result.check,
        own,
        provenance: (result.provenance.as_ref()).map(|(signed, _)| Box::new(signed.clone())),
        labels,
        guard,
        next,
        relayed: None,
    };
    events.push(NewEvent {
        salt: result.provenance.as_ref().map(|(_, salt)| *salt),
        ..NewEvent::with(finished, given.body.clone())
    });
    events.extend(budget::warnings(desk, me, task.room, result.cost.spend));
    Ok(events)
}

/// The task of looking at a result, for anybody but who brought it. Its words are those of the task
/// it looks at, and the result.
fn second_opinion(desk: &Desk<'_>, task: &Task, id: TaskId) -> Result<TaskCreated, Refusal> {
    if desk.work.tasks.contains_key(&id) {
        return Err(refuse::id_taken("task"));
    }
    Ok(TaskCreated {
        task: id,
        room: task.room,
        plan: TaskPlan {
            priority: task.priority.saturating_add(1).min(TASK_PRIORITY_MAX),
            capability: task.plan.capability.clone(),
            deadline: task.plan.deadline.filter(|at| *at > desk.now()),
            apart: vec![task.id],
            about: Some(task.id),
            escalate: false,
            verify_below: 0,
            reserve: task.plan.reserve,
            ..TaskPlan::default()
        },
        trust: Trust::Local.min(task.trust),
        template: None,
        quotes: Vec::new(),
        labels: task.labels.clone(),
        guard: None,
        gate: None,
        relayed: None,
    })
}

fn check_numbers(task: &Task, result: &TaskResult) -> Result<(), Refusal> {
    if result.confidence.is_some_and(|percent| percent > 100) {
        return Err(refuse::invalid(
            "confidence is in percent, 0 to 100",
            "send it as a whole number of percent",
        )
        .so(Effect::NothingStored));
    }
    if task.plan.about.is_some() && result.verdict.is_none() {
        return Err(refuse::invalid(
            "this task asks whether another's result holds; a verdict is missing",
            "send 'accept' or 'reject' along",
        )
        .so(Effect::NothingStored));
    }
    if task.plan.checked && result.check.is_none() {
        return Err(refuse::conflict(
            "the output was not checked as the task declares",
            "send the result again",
        )
        .so(Effect::NothingStored));
    }
    Ok(())
}

/// The key is the worker's own, and the signature is linked to what the task was built on.
fn check_provenance(desk: &Desk<'_>, task: &Task, signed: &Provenance) -> Result<(), Refusal> {
    let me = desk.asker.me()?;
    let who = desk
        .asker
        .access
        .participant(me)
        .ok_or_else(refuse::no_participant)?;
    identity::check_active(who, &signed.key)?;
    if signed.previous == desk.work.links_before(&task.plan) {
        return Ok(());
    }
    Err(refuse::conflict(
        "the signature is not linked to the results that this task was built on",
        "sign again with the links that the task names as 'previous'",
    )
    .so(Effect::NothingStored))
}

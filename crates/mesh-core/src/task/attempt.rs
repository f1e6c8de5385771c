//! What a worker does with a task it holds: heartbeats, output, handing on, failing.

use mesh_model::command::{Content, ContentEvidence};
use mesh_model::events::{
    Cost, FailureCause, Spend, TaskHandedOff, TaskLeaseExtended, TaskProgressed, TaskStarted,
    TaskState,
};
use mesh_model::limits::{
    HANDOFF_BYTES_MAX, PROGRESS_BYTES_MAX, PROGRESS_PARTS_MAX, SPEND_MAX, TASK_HANDOFFS_MAX,
    TASK_PRIORITY_MAX,
};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Capability, Effect, ErrorCode, NewEvent, Refusal, Seq, TaskId};

use super::end::failed;
use crate::desk::Desk;
use crate::policy::{Form, Judged};
use crate::room::check_in_use;
use crate::task::moot;
use crate::{Attempt, Decision, Room, Task, budget, check, refuse};

/// The same, while the room still lets its worker execute.
pub(super) fn working<'a>(
    desk: &Desk<'a>,
    id: TaskId,
    fence: Seq,
) -> Result<(&'a Task, &'a Room, &'a Attempt), Refusal> {
    let (task, room, attempt) = desk.held(id, fence)?;
    desk.asker.check_capability(room, Capability::Execute)?;
    check_in_use(room)?;
    Ok((task, room, attempt))
}

/// A heartbeat. It is an event only when half of the lease is over, or when more has to be reserved.
pub fn extend(desk: &Desk<'_>, id: TaskId, fence: Seq, spent: Spend) -> Decision {
    let (task, _, attempt) = working(desk, id, fence)?;
    check_spend(spent)?;
    let reserved = Spend {
        tokens: spent.tokens.max(attempt.reserved.tokens),
        micros: spent.micros.max(attempt.reserved.micros),
    };
    let more = reserved != attempt.reserved;
    if more {
        let instead = attempt.reserved;
        budget::check_budget(desk, attempt.worker, task.room, reserved, instead)?;
    }
    let left = attempt.until_ms.saturating_sub(desk.now().0);
    let lease = u64::from(attempt.lease_ms);
    if left >= lease / 2 && !more {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(TaskLeaseExtended {
        task: id,
        room: task.room,
        fence,
        until: desk.now().plus(lease).0.max(attempt.until_ms),
        reserved: more.then_some(reserved),
    })])
}

pub fn start(desk: &Desk<'_>, id: TaskId, fence: Seq) -> Decision {
    let (task, _, _) = working(desk, id, fence)?;
    if task.state != TaskState::Leased {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(TaskStarted {
        task: id,
        room: task.room,
        fence,
    })])
}

pub fn progress(
    desk: &Desk<'_>,
    id: TaskId,
    fence: Seq,
    evidence: &ContentEvidence,
    body: &Content,
) -> Decision {
    let (task, room, attempt) = working(desk, id, fence)?;
    check::some_content("output", body)?;
    check::content_within("piece of output", body, PROGRESS_BYTES_MAX)?;
    if attempt.parts >= PROGRESS_PARTS_MAX {
        return Err(Refusal::new(
            ErrorCode::TooLarge,
            format!("the attempt stored {PROGRESS_PARTS_MAX} pieces already"),
            Effect::NothingKept,
            "go on without storing more, and hand in the result",
        ));
    }
    let verdict = desk.judged(room, Form::Given, evidence)?;
    let guard = verdict.now_or(|_| {
        Refusal::new(
            ErrorCode::ContentRefused,
            "the guard takes this piece of output for an attack on agents",
            Effect::NothingKept,
            "go on; the result will be looked at by a moderator",
        )
        .ruled(Ruling::by(RulingBy::Guard))
    })?;
    let progressed = TaskProgressed {
        task: id,
        room: task.room,
        fence,
        part: attempt.parts.saturating_add(1),
        guard,
    };
    Ok(vec![NewEvent::with(progressed, body.clone())])
}

/// Gives the task back with what there is. That is no failure: whoever takes it next goes on, and
/// sooner than others.
pub fn hand_off(
    desk: &Desk<'_>,
    id: TaskId,
    fence: Seq,
    cost: &Cost,
    evidence: &ContentEvidence,
    body: &Content,
) -> Decision {
    let (task, room, attempt) = desk.held(id, fence)?;
    check::content_within("partial output", body, HANDOFF_BYTES_MAX)?;
    check_cost(cost)?;
    if task.handoffs >= TASK_HANDOFFS_MAX {
        return Err(refuse::conflict(
            format!("the task was handed off {TASK_HANDOFFS_MAX} times already"),
            "finish it, or report that it failed",
        )
        .so(Effect::told("you still hold it")));
    }
    let Judged { guard, waits } = match body {
        Some(_) => desk.judged(room, Form::Given, evidence)?,
        None => Judged::default(),
    };
    // What a moderator would have to look at is not handed to the next agent.
    let body = if waits { None } else { body.clone() };
    let handed_off = TaskHandedOff {
        task: id,
        room: task.room,
        fence,
        worker: attempt.worker,
        cost: cost.clone(),
        empty: body.is_none(),
        priority: task.priority.saturating_add(1).min(TASK_PRIORITY_MAX),
        guard,
    };
    let mut events: Vec<NewEvent> = moot(task).into_iter().collect();
    events.push(NewEvent::with(handed_off, body));
    events.extend(budget::warnings(
        desk,
        attempt.worker,
        task.room,
        cost.spend,
    ));
    Ok(events)
}

pub fn fail(
    desk: &Desk<'_>,
    id: TaskId,
    fence: Seq,
    last: bool,
    cost: &Cost,
    reason: &Content,
) -> Decision {
    let (task, _, attempt) = desk.held(id, fence)?;
    check::content("reason", reason)?;
    check_cost(cost)?;
    Ok(failed(
        desk,
        task,
        attempt,
        FailureCause::Reported,
        last,
        cost,
        reason,
    ))
}

pub(super) fn check_cost(cost: &Cost) -> Result<(), Refusal> {
    check_spend(cost.spend)?;
    match &cost.model {
        Some(model) => check::label("name of the model", model),
        None => Ok(()),
    }
}

fn check_spend(spend: Spend) -> Result<(), Refusal> {
    if spend.tokens <= SPEND_MAX && spend.micros <= SPEND_MAX {
        return Ok(());
    }
    Err(refuse::invalid(
        "the cost is larger than any number that is exact",
        "send tokens and millionths as they are counted",
    )
    .so(Effect::NothingStored))
}

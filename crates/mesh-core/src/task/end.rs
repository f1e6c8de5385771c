//! How tasks end, or an attempt at one: what their rules and the times that come both lead to.

use mesh_model::NewEvent;
use mesh_model::command::Content;
use mesh_model::events::{
    AfterFailure, ApprovalExpired, CancelCause, Cost, FailureCause, TaskAttemptFailed,
    TaskCancelled,
};

use super::Hold;
use crate::desk::Desk;
use crate::{Attempt, Task, budget};

/// The events of a failed attempt.
pub(crate) fn failed(
    desk: &Desk<'_>,
    task: &Task,
    attempt: &Attempt,
    cause: FailureCause,
    last: bool,
    cost: &Cost,
    reason: &Content,
) -> Vec<NewEvent> {
    let failed = TaskAttemptFailed {
        task: task.id,
        room: task.room,
        fence: attempt.fence,
        worker: attempt.worker,
        cause,
        cost: cost.clone(),
        next: after_failure(desk, task, attempt, last),
    };
    let mut events: Vec<NewEvent> = moot(task).into_iter().collect();
    events.push(NewEvent::with(failed, reason.clone()));
    events.extend(budget::warnings(
        desk,
        attempt.worker,
        task.room,
        cost.spend,
    ));
    events
}

/// Again after a pause; then the worker's parent; then a person.
fn after_failure(desk: &Desk<'_>, task: &Task, attempt: &Attempt, last: bool) -> AfterFailure {
    if !last && task.failed.saturating_add(1) < task.plan.attempts {
        return AfterFailure::Retry {
            at: desk.now().plus(task.backoff_ms()).0,
        };
    }
    if !task.plan.escalate {
        return AfterFailure::Fail;
    }
    let access = desk.asker.access;
    let parent = access
        .participant(attempt.worker)
        .and_then(|worker| worker.parent);
    let Some(parent) = parent.filter(|_| task.level == 0) else {
        return AfterFailure::Person;
    };
    let program = access
        .participant(parent)
        .is_some_and(|found| found.is_enabled() && access.is_program(found));
    let works = desk.work.worker(parent).is_some_and(|worker| worker.online);
    let may = access
        .room(task.room)
        .is_some_and(|room| desk.executes(room, parent));
    if program && works && may {
        AfterFailure::Escalate { to: parent }
    } else {
        AfterFailure::Person
    }
}

/// The events that end a task without a result; its own `task.cancelled` is the last one.
pub(crate) fn cancelled(desk: &Desk<'_>, task: &Task, cause: CancelCause) -> Vec<NewEvent> {
    let mut events: Vec<NewEvent> = moot(task).into_iter().collect();
    let verifier = task.verifier.and_then(|id| desk.work.task(id));
    if let Some(verifier) = verifier.filter(|it| it.ended.is_none()) {
        events.extend(moot(verifier));
        events.push(NewEvent::new(TaskCancelled {
            task: verifier.id,
            room: verifier.room,
            cause: CancelCause::Need { task: task.id },
        }));
    }
    events.push(NewEvent::new(TaskCancelled {
        task: task.id,
        room: task.room,
        cause,
    }));
    events
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

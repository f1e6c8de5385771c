//! What happens because its time has come: leases end, pauses are over, deadlines come near,
//! questions go unanswered. Nothing else in the core looks at the clock on its own account.

use mesh_model::events::{
    ApprovalExpired, CancelCause, Cost, FailureCause, TaskQueued, TaskUrgencyRaised, Urgency,
};
use mesh_model::{ApprovalId, Millis, NewEvent, TaskId};

use crate::desk::Desk;
use crate::follow::settle::Draft;
use crate::task::{cancelled, failed};
use crate::work::Due;
use crate::{alert, clock, schedule};

/// Everything that is due, at most as much as one batch should hold.
pub(crate) fn tick(desk: &Desk<'_>) -> Vec<NewEvent> {
    let now = desk.now();
    let next = desk.work.next_due();
    if next.is_none_or(|at| at > now) {
        return Vec::new();
    }
    let mut draft = Draft::new(desk);
    draft.settle();
    while !draft.is_full() {
        let Some((at, due)) = draft.state.work.index.due.get_min().copied() else {
            break;
        };
        if at > now.0 {
            break;
        }
        let events = due_now(&draft.desk(), due, now);
        if events.is_empty() {
            break;
        }
        for event in events {
            draft.push(event);
        }
        draft.settle();
    }
    draft.events
}

fn due_now(desk: &Desk<'_>, due: Due, now: Millis) -> Vec<NewEvent> {
    match due {
        Due::Lease(id) => lease(desk, id),
        Due::Retry(id) => retry(desk, id),
        Due::Urgency(id) => urgency(desk, id, now),
        Due::Approval(id) => approval(desk, id),
        Due::Schedule(id) => schedule::came_due(desk, id),
        Due::Clock(room) => clock::due(desk, room),
        Due::Alert(cause) => alert::due(desk, cause),
    }
}

fn lease(desk: &Desk<'_>, id: TaskId) -> Vec<NewEvent> {
    let Some(task) = desk.work.task(id) else {
        return Vec::new();
    };
    let Some(attempt) = &task.attempt else {
        return Vec::new();
    };
    // Nobody knows what it used: all that was reserved counts as spent.
    let cost = Cost {
        spend: attempt.reserved,
        model: None,
    };
    let cause = FailureCause::LeaseExpired;
    failed(desk, task, attempt, cause, false, &cost, &None)
}

fn retry(desk: &Desk<'_>, id: TaskId) -> Vec<NewEvent> {
    let task = desk.work.task(id);
    let queued = task.map(|task| {
        NewEvent::new(TaskQueued {
            task: id,
            room: task.room,
            assigned: None,
        })
    });
    queued.into_iter().collect()
}

/// One event, to the level that the present moment asks for.
fn urgency(desk: &Desk<'_>, id: TaskId, now: Millis) -> Vec<NewEvent> {
    let Some(task) = desk.work.task(id) else {
        return Vec::new();
    };
    let mut ahead = task.clone();
    let mut reached: Option<Urgency> = None;
    while let Some((at, urgency)) = ahead.next_urgency()
        && at <= now.0
    {
        ahead.urgency = urgency;
        reached = Some(urgency);
    }
    let raised = reached.map(|urgency| {
        NewEvent::new(TaskUrgencyRaised {
            task: id,
            room: task.room,
            urgency,
        })
    });
    raised.into_iter().collect()
}

/// A task that waited to begin is cancelled; an attempt that asked goes on without.
fn approval(desk: &Desk<'_>, id: ApprovalId) -> Vec<NewEvent> {
    let Some(approval) = desk.work.approval(id) else {
        return Vec::new();
    };
    let gated = approval.holds.filter(|holds| holds.fence.is_none());
    match gated.and_then(|holds| desk.work.task(holds.task)) {
        Some(task) => cancelled(desk, task, CancelCause::Expired),
        None => vec![NewEvent::new(ApprovalExpired {
            approval: id,
            room: approval.room,
        })],
    }
}

//! What people and creators do to tasks from outside: cancel, pause, retry, assign, decide, confirm.

use mesh_model::command::Content;
use mesh_model::events::{
    CancelCause, Resolution, TaskAssigned, TaskConfirmed, TaskPaused, TaskRedacted, TaskResolved,
    TaskResumed, TaskRetried, TaskState,
};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Capability, Effect, NewEvent, ParticipantId, Refusal, RoomId, TaskId};

use super::cancelled;
use crate::desk::Desk;
use crate::room::check_in_use;
use crate::task::moot;
use crate::{Decision, Hold, Room, Task, check, refuse};

/// Whoever created it, and whoever moderates its room.
pub(super) fn check_steers(desk: &Desk<'_>, task: &Task, room: &Room) -> Result<(), Refusal> {
    check_in_use(room)?;
    if desk.asker.is_node() || desk.asker.actor.participant() == task.creator {
        return Ok(());
    }
    desk.asker.check_capability(room, Capability::Moderate)
}

fn not_now(task: &Task, what: &str, hint: &'static str) -> Refusal {
    refuse::conflict(
        format!("the task is {}, so it cannot be {what}", task.state.name()),
        hint,
    )
    .so(Effect::NothingChanged)
}

pub fn cancel(desk: &Desk<'_>, id: TaskId, reason: &Content) -> Decision {
    let (task, room) = desk.task(id)?;
    check_steers(desk, task, room)?;
    check::content("reason", reason)?;
    match task.state {
        TaskState::Cancelled => Ok(Vec::new()),
        state if state.is_ended() => Err(not_now(task, "cancelled", "it is over already")),
        _ => {
            let mut events = cancelled(desk, task, CancelCause::Asked);
            if let Some(last) = events.last_mut() {
                last.content = reason.clone();
            }
            Ok(events)
        }
    }
}

pub fn pause(desk: &Desk<'_>, id: TaskId) -> Decision {
    let (task, room) = desk.task(id)?;
    check_steers(desk, task, room)?;
    match task.state {
        TaskState::Paused => return Ok(Vec::new()),
        TaskState::Waiting
        | TaskState::Retrying
        | TaskState::Queued
        | TaskState::Leased
        | TaskState::Running => {}
        TaskState::Blocked if task.hold != Some(Hold::Person) => {}
        _ => {
            return Err(not_now(
                task,
                "paused",
                "only work that is still to be done can be",
            ));
        }
    }
    let asked = task.attempt.as_ref().and_then(|_| moot(task));
    let mut events: Vec<NewEvent> = asked.into_iter().collect();
    events.push(NewEvent::new(TaskPaused {
        task: id,
        room: task.room,
    }));
    Ok(events)
}

pub fn resume(desk: &Desk<'_>, id: TaskId) -> Decision {
    let (task, room) = desk.task(id)?;
    check_steers(desk, task, room)?;
    match task.state {
        TaskState::Paused => Ok(vec![NewEvent::new(TaskResumed {
            task: id,
            room: task.room,
        })]),
        state if state.is_ended() => Err(not_now(task, "resumed", "retry it instead")),
        _ => Ok(Vec::new()),
    }
}

pub fn retry(desk: &Desk<'_>, id: TaskId) -> Decision {
    let (task, room) = desk.task(id)?;
    check_steers(desk, task, room)?;
    match task.state {
        TaskState::Failed | TaskState::Cancelled => Ok(vec![NewEvent::new(TaskRetried {
            task: id,
            room: task.room,
        })]),
        state if state.is_ended() => Err(not_now(task, "retried", "create a new one")),
        _ => Ok(Vec::new()),
    }
}

pub fn assign(desk: &Desk<'_>, id: TaskId, to: Option<ParticipantId>) -> Decision {
    let (task, room) = desk.task(id)?;
    check_steers(desk, task, room)?;
    if task.state.is_ended() || task.attempt.is_some() || task.plan.join.is_some() {
        return Err(not_now(
            task,
            "given to somebody else",
            "pause it first if somebody is at it",
        ));
    }
    if let Some(to) = to {
        let me = desk.asker.me()?;
        let who = desk.asker.access.participant(me);
        let who = who.ok_or_else(refuse::no_participant)?;
        super::create::check_assignable(desk, room, who, to)?;
    }
    if task.assigned == to {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(TaskAssigned {
        task: id,
        room: task.room,
        to,
    })])
}

/// A person: whoever created the task or moderates its room, and is no program.
fn check_person(desk: &Desk<'_>, task: &Task, room: &Room) -> Result<ParticipantId, Refusal> {
    let me = desk.asker.me()?;
    if !desk.asker.access.is_person(me) {
        return Err(refuse::not_yours("decide what waits for a person"));
    }
    check_steers(desk, task, room)?;
    Ok(me)
}

pub fn resolve(desk: &Desk<'_>, id: TaskId, resolution: Resolution, reason: &Content) -> Decision {
    let (task, room) = desk.task(id)?;
    check_person(desk, task, room)?;
    check::content("reason", reason)?;
    if task.hold != Some(Hold::Person) || task.state != TaskState::Blocked {
        return Err(not_now(
            task,
            "decided",
            "only what waits for a person can be",
        ));
    }
    match resolution {
        Resolution::Accept if task.result.is_none() => {
            return Err(not_now(
                task,
                "accepted",
                "there is no result; let it be tried again, or fail",
            ));
        }
        Resolution::Retry if task.plan.join.is_some() => {
            return Err(not_now(
                task,
                "tried again",
                "it has no worker; accept it, or let it fail",
            ));
        }
        _ => {}
    }
    let resolved = TaskResolved {
        task: id,
        room: task.room,
        resolution,
    };
    Ok(vec![NewEvent::with(resolved, reason.clone())])
}

/// A person found a result good or bad. Programs say so by second opinions and votes only, so that
/// agents do not praise one another on the side; and nobody praises what its own side did.
pub fn confirm(desk: &Desk<'_>, id: TaskId, good: bool) -> Decision {
    let (task, room) = desk.task(id)?;
    let me = check_person(desk, task, room)?;
    let result = task.result.as_ref().filter(|result| {
        task.state == TaskState::Done && result.chosen.is_none() && result.worker != me
    });
    let Some(result) = result else {
        return Err(not_now(
            task,
            "confirmed",
            "only others' results of tasks that are done can be",
        ));
    };
    if !desk.asker.access.vouches(me, result.worker) {
        return Err(refuse::not_yours(
            "confirm what your own side did: one person stands behind you and its worker",
        )
        .ruled(Ruling::by(RulingBy::Consent)));
    }
    match result.verified {
        Some(_) => Ok(Vec::new()),
        None => Ok(vec![NewEvent::new(TaskConfirmed {
            task: id,
            room: task.room,
            good,
        })]),
    }
}

/// The door read room and creator, since an old task is not remembered here. Held rooms erase nothing.
pub fn redact(
    desk: &Desk<'_>,
    id: TaskId,
    room: RoomId,
    creator: Option<ParticipantId>,
    reason: &Content,
) -> Decision {
    let known = desk.asker.access.room(room).ok_or_else(refuse::no_task)?;
    let me = desk.asker.me()?;
    if !desk.asker.is_owner() {
        if desk.asker.access.member_of(known, me).is_none() {
            return Err(refuse::no_task());
        }
        if creator != Some(me) {
            desk.asker.check_capability(known, Capability::Moderate)?;
        }
    }
    refuse::check_not_held(known)?;
    check::content("reason", reason)?;
    if desk
        .work
        .task(id)
        .is_some_and(|task| !task.state.is_ended())
    {
        return Err(refuse::conflict(
            "the task is not over, its words are still needed".to_owned(),
            "cancel it first",
        )
        .so(Effect::NothingErased));
    }
    Ok(vec![NewEvent::with(
        TaskRedacted { task: id, room },
        reason.clone(),
    )])
}

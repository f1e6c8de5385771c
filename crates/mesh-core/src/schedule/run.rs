//! What a schedule does when its time has come. The node says that it has, and then acts as the schedule's owner: what is said
//! or created and that it was done are one batch, so it happens once or, after a crash, not yet.

use mesh_model::command::{MessageCommand, ScheduleCommand, TaskCommand};
use mesh_model::events::{
    Facts, MessageFacts, Missed, QuarantineFacts, ScheduleCameDue, ScheduleHalt, ScheduleMissed,
    SchedulePaused, ScheduleRan, ScheduleRefused, Scheduled, TaskFacts, Timing, Trust,
};
use mesh_model::limits::{SCHEDULE_LATE_MS, SCHEDULE_REFUSALS_MAX, SCHEDULE_WHY_CHARS_MAX};
use mesh_model::{Command, ErrorCode, Millis, NewEvent, Permission, ScheduleId, TaskId};

use super::{Schedule, calendar, decide};
use crate::desk::Desk;
use crate::influence::Carried;
use crate::{Decision, Work, message, refuse, task};

/// Its time has come.
pub(crate) fn came_due(desk: &Desk<'_>, id: ScheduleId) -> Vec<NewEvent> {
    let Some((found, due)) = (desk.work.schedules().get(id)).and_then(|it| Some((it, it.next?)))
    else {
        return Vec::new();
    };
    if is_left_out(desk, found, due) {
        return missed(desk, found, due);
    }
    vec![NewEvent::new(ScheduleCameDue {
        schedule: id,
        owner: found.owner,
        due,
    })]
}

/// As its owner: what it is for, marked as its doing, and that it was done.
pub(super) fn run(
    desk: &Desk<'_>,
    found: &Schedule,
    due: Option<Millis>,
    act: &Command,
) -> Decision {
    if due.is_some_and(|due| found.due != Some(due.0)) {
        // It ran before, or somebody changed it meanwhile.
        return Ok(Vec::new());
    }
    let asked = due.is_none();
    let now = desk.work.time_of(&found.plan, desk.now());
    let due = due.or(now).ok_or_else(refuse::no_clock)?.0;
    if !asked && is_left_out(desk, found, due) {
        return Ok(missed(desk, found, due));
    }
    if let Some(room) = found.plan.clock {
        // Somebody who left hears by it what the time is there.
        let stranger = desk.asker.access.trust_of(found.owner, false) < Trust::Local;
        decide::check_clock(desk.asker, room, stranger)?;
    }
    let mut events = act_of(desk, act)?;
    for event in &mut events {
        mark(desk, event, found, due);
    }
    let ran = ScheduleRan {
        schedule: found.id,
        owner: found.owner,
        due,
        asked,
        tasks: events.iter().filter_map(task_of).collect(),
        waits: events
            .iter()
            .any(|event| matches!(event.facts, Facts::Quarantine(_))),
        next: if asked {
            found.next
        } else {
            next(desk, found, due)
        },
    };
    events.insert(0, NewEvent::new(ran));
    Ok(events)
}

/// What the owner's own command leads to, given the permission that this one needs.
fn act_of(desk: &Desk<'_>, act: &Command) -> Decision {
    let needs = |permission| {
        let has = desk.asker.has(permission);
        has.then_some(())
            .ok_or_else(|| refuse::permission(permission))
    };
    match act {
        Command::Message(command @ MessageCommand::Post(_)) => {
            needs(Permission::MessagesWrite)?;
            message::decide(desk, command)
        }
        Command::Task(command @ TaskCommand::Create { .. }) => {
            needs(Permission::TasksWrite)?;
            task::decide(desk, command)
        }
        _ => Err(refuse::not_yours("have a schedule do anything else")),
    }
}

/// What it was for was refused.
pub(super) fn refused(
    desk: &Desk<'_>,
    found: &Schedule,
    due: Millis,
    code: ErrorCode,
    why: &str,
) -> Vec<NewEvent> {
    if found.due != Some(due.0) {
        return Vec::new();
    }
    let next = next(desk, found, due.0);
    let mut events = vec![NewEvent::new(ScheduleRefused {
        schedule: found.id,
        owner: found.owner,
        due: due.0,
        code,
        why: why.chars().take(SCHEDULE_WHY_CHARS_MAX).collect(),
        next,
    })];
    if next.is_none() || found.refused.saturating_add(1) >= SCHEDULE_REFUSALS_MAX {
        events.push(paused(found, ScheduleHalt::Refused));
    }
    events
}

/// What the words were written under that a command says now.
pub(crate) fn carried(work: &Work, command: &Command) -> Option<Carried> {
    let Command::Schedule(ScheduleCommand::Run { schedule, due, .. }) = command else {
        return None;
    };
    let found = work.schedules().get(*schedule)?;
    Some(Carried {
        read: found.plan.read.clone(),
        asked: due.is_none(),
    })
}

pub(super) fn paused(found: &Schedule, why: ScheduleHalt) -> NewEvent {
    NewEvent::new(SchedulePaused {
        schedule: found.id,
        owner: found.owner,
        why,
    })
}

/// Late is a minute of the node's clock, however fast the schedule's own one runs.
fn is_left_out(desk: &Desk<'_>, found: &Schedule, due: u64) -> bool {
    let now = desk.work.time_of(&found.plan, desk.now());
    let clock = found.plan.clock.and_then(|room| desk.work.clock(room));
    let rate = clock.map_or(1, |clock| u64::from(clock.rate));
    let late = now.map_or(0, |now| now.since(Millis(due)));
    found.plan.missed == Missed::Skip && late > SCHEDULE_LATE_MS * rate
}

fn missed(desk: &Desk<'_>, found: &Schedule, due: u64) -> Vec<NewEvent> {
    let next = next(desk, found, due);
    let mut events = vec![NewEvent::new(ScheduleMissed {
        schedule: found.id,
        owner: found.owner,
        due,
        next,
    })];
    if next.is_none() {
        events.push(paused(found, ScheduleHalt::Missed));
    }
    events
}

/// When it is due next: after the present moment, however many times have passed, and after all that it ever reached: a
/// simulation clock that was set back since, or is gone, leads to nothing twice.
fn next(desk: &Desk<'_>, found: &Schedule, due: u64) -> Option<u64> {
    if matches!(found.plan.when, Timing::Once { .. }) {
        return None;
    }
    let now = desk.work.time_of(&found.plan, desk.now());
    let after = now.unwrap_or_default().0.max(due).max(found.after);
    let after = Millis(after);
    let next = calendar::next(&found.plan.when, &found.plan.zone, after);
    // It could be read when it was made. A zone that is no more comes no more.
    next.ok().flatten().map(|at| at.0)
}

fn task_of(event: &NewEvent) -> Option<TaskId> {
    match &event.facts {
        Facts::Task(TaskFacts::Created(created)) => Some(created.task),
        _ => None,
    }
}

/// The message says which schedule posted it. Where its owner is alone it names the owner, to whom it is news.
fn mark(desk: &Desk<'_>, event: &mut NewEvent, found: &Schedule, due: u64) {
    let message = match &mut event.facts {
        Facts::Message(MessageFacts::Posted(message)) => message,
        Facts::Quarantine(QuarantineFacts::Waits(waits)) => &mut waits.message,
        _ => return,
    };
    let alone = desk.asker.access.direct(found.owner, found.owner);
    if alone == Some(message.room) {
        message.mentions = vec![found.owner];
    }
    message.scheduled = Some(Scheduled {
        schedule: found.id,
        name: found.plan.name.clone(),
        // Of a simulated time nobody could tell whether it is late.
        due: match found.plan.clock {
            None => due,
            Some(_) => desk.now().0,
        },
        clock: found.plan.clock.map(|_| due),
    });
}

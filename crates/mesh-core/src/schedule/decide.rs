//! Who makes, changes and ends schedules. A schedule acts as whoever made it, so nobody else changes what it does or has it
//! run; those above its owner, and whoever leads the agents, may look at it, pause and remove it.

use mesh_model::command::{Content, ScheduleCommand};
use mesh_model::events::{
    RoomKind, ScheduleChanged, ScheduleCreated, ScheduleHalt, ScheduleMoved, SchedulePlan,
    ScheduleRemoved, ScheduleResumed, ScheduleTo, Trust,
};
use mesh_model::limits::{
    SCHEDULE_PERIOD_S_MIN, SCHEDULE_PERIOD_STRANGER_S_MIN, SCHEDULES_MAX, SCHEDULES_OF_ONE_MAX,
};
use mesh_model::policy::MessageKind;
use mesh_model::{
    Capability, Effect, ErrorCode, NewEvent, Permission, Refusal, RoomId, ScheduleId,
};

use super::{Schedule, calendar, run};
use crate::actor::Asker;
use crate::desk::Desk;
use crate::{Decision, check, message, refuse};

pub(crate) fn decide(desk: &Desk<'_>, command: &ScheduleCommand) -> Decision {
    match command {
        ScheduleCommand::Create {
            schedule,
            plan,
            body,
        } => create(desk, *schedule, plan, body),
        ScheduleCommand::Change {
            schedule,
            plan,
            body,
        } => change(desk, own(desk, *schedule)?, plan, body),
        ScheduleCommand::Pause { schedule } => {
            let found = known(desk, *schedule)?;
            let paused = found.paused.is_none();
            let events = paused.then(|| run::paused(found, ScheduleHalt::Asked));
            Ok(events.into_iter().collect())
        }
        ScheduleCommand::Resume { schedule } => resume(desk, own(desk, *schedule)?),
        ScheduleCommand::Remove { schedule } => {
            let found = known(desk, *schedule)?;
            Ok(vec![NewEvent::new(ScheduleRemoved {
                schedule: found.id,
                owner: found.owner,
            })])
        }
        ScheduleCommand::Run { schedule, due, act } => {
            run::run(desk, own(desk, *schedule)?, *due, act)
        }
        ScheduleCommand::Refuse {
            schedule,
            due,
            code,
            why,
        } => {
            desk.asker.node_only()?;
            let found = known(desk, *schedule)?;
            Ok(run::refused(desk, found, *due, *code, why))
        }
        ScheduleCommand::Move => {
            desk.asker.node_only()?;
            Ok(moved(desk))
        }
    }
}

fn create(desk: &Desk<'_>, id: ScheduleId, plan: &SchedulePlan, body: &Content) -> Decision {
    let owner = desk.asker.me()?;
    let all = desk.work.schedules();
    if all.get(id).is_some() {
        return Err(refuse::id_taken("schedule"));
    }
    if all.len() >= SCHEDULES_MAX || all.of(owner).count() >= SCHEDULES_OF_ONE_MAX {
        return Err(refuse::conflict(
            format!(
                "a node has at most {SCHEDULES_MAX} schedules, {SCHEDULES_OF_ONE_MAX} of one participant"
            ),
            "remove one that is not needed any more: schedule.remove",
        )
        .so(Effect::NothingCreated));
    }
    let next = checked(desk, id, plan, body)?;
    let created = ScheduleCreated {
        schedule: id,
        owner,
        plan: plan.clone(),
        next,
    };
    Ok(vec![NewEvent::with(created, body.clone())])
}

fn change(desk: &Desk<'_>, found: &Schedule, plan: &SchedulePlan, body: &Content) -> Decision {
    let next = checked(desk, found.id, plan, body).map_err(|why| why.so(Effect::NothingChanged))?;
    let changed = ScheduleChanged {
        schedule: found.id,
        owner: found.owner,
        plan: SchedulePlan {
            read: found.plan.read.clone(),
            ..plan.clone()
        },
        next,
    };
    Ok(vec![NewEvent::with(changed, body.clone())])
}

/// Whether the asker could do at this moment what the schedule is for, and when it would be due first.
fn checked(
    desk: &Desk<'_>,
    id: ScheduleId,
    plan: &SchedulePlan,
    body: &Content,
) -> Result<u64, Refusal> {
    let asker = desk.asker;
    let me = asker.me()?;
    check::name("name of the schedule", &plan.name)?;
    check::some_content("schedule", body)?;
    let mut own = desk.work.schedules().of(me);
    if own.any(|it| it.id != id && it.plan.name == plan.name) {
        return Err(refuse::name_taken(
            "name of a schedule of yours",
            &plan.name,
        ));
    }
    check_target(asker, plan)?;
    let stranger = asker.access.trust_of(me, false) < Trust::Local;
    let shortest = if stranger {
        SCHEDULE_PERIOD_STRANGER_S_MIN
    } else {
        SCHEDULE_PERIOD_S_MIN
    };
    if let Some(room) = plan.clock {
        check_clock(asker, room, stranger)?;
    }
    let now = desk
        .work
        .time_of(plan, asker.now)
        .ok_or_else(refuse::no_clock)?;
    let times = calendar::check(&plan.when, &plan.zone, now, shortest)?;
    let first = times.first().map(|at| at.0);
    first.ok_or_else(|| refuse::internal("a schedule without a time"))
}

/// Whether the asker hears the clock that a schedule is to follow. A stranger's schedule does not: how often it runs would be
/// up to how fast that goes.
pub(super) fn check_clock(asker: &Asker<'_>, room: RoomId, stranger: bool) -> Result<(), Refusal> {
    let found = asker.room(room)?;
    asker.check_capability(found, Capability::Listen)?;
    if !stranger {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::CapabilityDenied,
        "simulation clocks are followed by schedules of participants whose trust is local or above",
        Effect::NothingCreated,
        "leave the clock out, or ask somebody of this mesh",
    ))
}

fn check_target(asker: &Asker<'_>, plan: &SchedulePlan) -> Result<(), Refusal> {
    let room = match plan.to {
        ScheduleTo::Participant(to) => {
            asker.participant(to)?;
            None
        }
        ScheduleTo::Room(room) => Some(room),
    };
    let kind = if plan.tasks {
        MessageKind::Command
    } else {
        MessageKind::Text
    };
    let found = match room {
        Some(room) => Some(message::speaking(asker, room, Some(kind))?.0),
        None => None,
    };
    if !plan.tasks {
        return Ok(());
    }
    if !asker.has(Permission::TasksWrite) {
        return Err(refuse::permission(Permission::TasksWrite));
    }
    if found.is_none_or(|room| room.kind == RoomKind::Direct) {
        return Err(refuse::invalid(
            "nobody executes in a direct conversation, so nobody would ever take the tasks",
            "create them in a room that whoever is to do them is in",
        )
        .so(Effect::NothingCreated));
    }
    Ok(())
}

fn resume(desk: &Desk<'_>, found: &Schedule) -> Decision {
    if found.paused.is_none() {
        return Ok(Vec::new());
    }
    let now = desk.work.time_of(&found.plan, desk.now());
    let now = now.ok_or_else(refuse::no_clock)?;
    let after = mesh_model::Millis(now.0.max(found.after));
    let next = calendar::next(&found.plan.when, &found.plan.zone, after)?;
    let Some(next) = next else {
        return Err(refuse::conflict(
            "its only time has passed",
            "run it now with schedule.run, or give it another time with schedule.change",
        )
        .so(Effect::NothingChanged));
    };
    Ok(vec![NewEvent::new(ScheduleResumed {
        schedule: found.id,
        owner: found.owner,
        next: next.0,
    })])
}

/// Those for which the time zones say another time than when it was computed.
fn moved(desk: &Desk<'_>) -> Vec<NewEvent> {
    let all = desk.work.schedules().iter();
    let moved = all.filter(|found| found.due.is_none()).filter_map(|found| {
        let before = found.next?;
        let after = mesh_model::Millis(found.after);
        let next = calendar::next(&found.plan.when, &found.plan.zone, after);
        let next = next.ok().flatten()?.0;
        (next != before).then(|| {
            NewEvent::new(ScheduleMoved {
                schedule: found.id,
                owner: found.owner,
                next,
            })
        })
    });
    moved.collect()
}

/// A schedule that the asker may know of and end.
fn known<'a>(desk: &Desk<'a>, id: ScheduleId) -> Result<&'a Schedule, Refusal> {
    let asker = desk.asker;
    let found = desk.work.schedules().get(id).filter(|found| {
        asker.is_node() || asker.is_mine(found.owner) || asker.has(Permission::AgentsAdmin)
    });
    found.ok_or_else(refuse::no_schedule)
}

/// One that acts as the asker.
fn own<'a>(desk: &Desk<'a>, id: ScheduleId) -> Result<&'a Schedule, Refusal> {
    let found = known(desk, id)?;
    if desk.asker.actor.participant() == Some(found.owner) {
        return Ok(found);
    }
    Err(refuse::not_yours(
        "have somebody else's schedule do anything: it acts as whoever made it",
    ))
}

//! What the events of schedules do to the state.

use mesh_model::events::{ScheduleFacts, ScheduleHalt, SchedulePlan};
use mesh_model::{ParticipantId, ScheduleId};

use super::Schedule;
use crate::{State, Stored, Work};

pub(crate) fn apply(state: &mut State, facts: &ScheduleFacts, event: &Stored<'_>) {
    let work = state.work_at(event.seq);
    match facts {
        ScheduleFacts::Created(it) => {
            work.put_schedule(schedule(it.schedule, it.owner, &it.plan, it.next, event));
        }
        ScheduleFacts::Changed(it) => {
            let paused = work.schedules().get(it.schedule).and_then(|it| it.paused);
            work.put_schedule(Schedule {
                // What was wrong may be mended by it.
                paused: paused.filter(|why| *why == ScheduleHalt::Asked),
                ..schedule(it.schedule, it.owner, &it.plan, it.next, event)
            });
        }
        ScheduleFacts::CameDue(it) => work.change_schedule(it.schedule, |schedule| {
            schedule.due = Some(it.due);
        }),
        ScheduleFacts::Ran(it) if it.asked && it.next.is_some() => {}
        ScheduleFacts::Ran(it) => match it.next {
            Some(next) => went_by(work, it.schedule, Some(next), event, |schedule| {
                schedule.refused = 0;
            }),
            None => work.remove_schedule(it.schedule),
        },
        ScheduleFacts::Refused(it) => went_by(work, it.schedule, it.next, event, |schedule| {
            schedule.refused = schedule.refused.saturating_add(1);
        }),
        ScheduleFacts::Missed(it) => went_by(work, it.schedule, it.next, event, |_| {}),
        ScheduleFacts::Paused(it) => work.change_schedule(it.schedule, |schedule| {
            (schedule.paused, schedule.due) = (Some(it.why), None);
        }),
        ScheduleFacts::Resumed(it) => went_by(work, it.schedule, Some(it.next), event, |it| {
            (it.paused, it.refused) = (None, 0);
        }),
        ScheduleFacts::Moved(it) => work.change_schedule(it.schedule, |schedule| {
            schedule.next = Some(it.next);
        }),
        ScheduleFacts::Removed(it) => work.remove_schedule(it.schedule),
    }
}

fn schedule(
    id: ScheduleId,
    owner: ParticipantId,
    plan: &SchedulePlan,
    next: u64,
    event: &Stored<'_>,
) -> Schedule {
    Schedule {
        id,
        owner,
        by: event.by.actor,
        plan: plan.clone(),
        words: event.seq,
        next: Some(next),
        after: event.at.0,
        due: None,
        paused: None,
        refused: 0,
    }
}

/// A time is over, and another one is next.
fn went_by(
    work: &mut Work,
    id: ScheduleId,
    next: Option<u64>,
    event: &Stored<'_>,
    change: impl FnOnce(&mut Schedule),
) {
    work.change_schedule(id, |schedule| {
        (schedule.next, schedule.after, schedule.due) = (next, event.at.0, None);
        change(schedule);
    });
}

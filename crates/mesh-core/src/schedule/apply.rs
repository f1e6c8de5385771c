//! What the events of schedules do to the state.

use mesh_model::events::{ScheduleFacts, ScheduleHalt, SchedulePlan};
use mesh_model::{ParticipantId, ScheduleId};

use super::Schedule;
use crate::{State, Stored, Work};

pub(crate) fn apply(state: &mut State, facts: &ScheduleFacts, event: &Stored<'_>) {
    let work = state.work_at(event.seq);
    match facts {
        ScheduleFacts::Created(it) => {
            let made = schedule(work, it.schedule, it.owner, &it.plan, it.next, event);
            work.put_schedule(made);
        }
        ScheduleFacts::Changed(it) => {
            let before = work.schedules().get(it.schedule);
            let paused = before.and_then(|it| it.paused);
            let ran = before.and_then(|it| it.ran);
            work.put_schedule(Schedule {
                // What was wrong may be mended by it.
                paused: paused.filter(|why| *why == ScheduleHalt::Asked),
                ran,
                ..schedule(work, it.schedule, it.owner, &it.plan, it.next, event)
            });
        }
        ScheduleFacts::CameDue(it) => work.change_schedule(it.schedule, |schedule| {
            schedule.due = Some(it.due);
        }),
        ScheduleFacts::Ran(it) if it.asked && it.next.is_some() => {}
        ScheduleFacts::Ran(it) => match it.next {
            Some(next) => {
                went_by(
                    work,
                    it.schedule,
                    Some(it.due),
                    Some(next),
                    event,
                    |schedule| {
                        schedule.refused = 0;
                    },
                );
            }
            None => work.remove_schedule(it.schedule),
        },
        ScheduleFacts::Refused(it) => {
            went_by(
                work,
                it.schedule,
                Some(it.due),
                it.next,
                event,
                |schedule| {
                    schedule.refused = schedule.refused.saturating_add(1);
                },
            );
        }
        ScheduleFacts::Missed(it) => {
            went_by(work, it.schedule, Some(it.due), it.next, event, |_| {});
        }
        ScheduleFacts::Paused(it) => work.change_schedule(it.schedule, |schedule| {
            (schedule.paused, schedule.due) = (Some(it.why), None);
        }),
        ScheduleFacts::Resumed(it) => {
            went_by(work, it.schedule, None, Some(it.next), event, |it| {
                (it.paused, it.refused) = (None, 0);
            });
        }
        ScheduleFacts::Moved(it) => work.change_schedule(it.schedule, |schedule| {
            schedule.next = Some(it.next);
        }),
        ScheduleFacts::Removed(it) => work.remove_schedule(it.schedule),
    }
}

fn schedule(
    work: &Work,
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
        after: work.time_of(plan, event.at).unwrap_or_default().0,
        ran: None,
        due: None,
        paused: None,
        refused: 0,
    }
}

/// A time is over, and another one is next. What was reached once does not come again, wherever a simulation clock is set.
fn went_by(
    work: &mut Work,
    id: ScheduleId,
    over: Option<u64>,
    next: Option<u64>,
    event: &Stored<'_>,
    change: impl FnOnce(&mut Schedule),
) {
    let plan = work.schedules().get(id).map(|found| found.plan.clone());
    let now = plan.and_then(|plan| work.time_of(&plan, event.at));
    work.change_schedule(id, |schedule| {
        let reached = [now.map(|now| now.0), over, Some(schedule.after)];
        let after = reached.into_iter().flatten().max().unwrap_or_default();
        (schedule.next, schedule.after, schedule.due) = (next, after, None);
        schedule.ran = Some(event.at.0);
        change(schedule);
    });
}

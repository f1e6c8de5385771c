//! `schedule.change`

use super::{check_body, clock_now, made, when};
use crate::prelude::*;

use mesh_model::command::ScheduleCommand;
use mesh_model::events::{SchedulePlan, Timing};

impl Run for ScheduleChange {
    async fn run(
        door: &Door,
        call: &Call,
        input: ScheduleChangeInput,
    ) -> Result<ScheduleMade, Refusal> {
        let id = call.schedule_id(door, &input.schedule)?;
        let work = door.node().work();
        let found = work.schedules().get(id);
        let found = found.filter(|found| call.knows_schedule(found));
        let before = &found.ok_or_else(refuse::no_schedule)?.plan;
        let mut body = super::body(door, call, id).await?;
        if let Some(text) = input.text.clone() {
            (body.text, body.tasks) = (text, Vec::new());
        }
        if let Some(tasks) = input.tasks.clone() {
            (body.tasks, body.text) = (tasks, input.text.clone().unwrap_or_default());
        }
        body.priority = input.priority.unwrap_or(body.priority);
        let said = when!(input);
        let (when, zone) = match (&before.when, &input.zone) {
            _ if said.is_said() => said.read(clock_now(door, call, before.clock)?)?,
            // Another zone for the times that it has; a moment stays the same moment.
            (when, Some(zone)) => (when.clone(), super::Zone::named(zone)?.name().to_owned()),
            (when, None) => (when.clone(), before.zone.clone()),
        };
        check_body(door, call, &body, !matches!(when, Timing::Once { .. }))?;
        let plan = SchedulePlan {
            name: input.name.unwrap_or_else(|| before.name.clone()),
            when,
            zone,
            to: match &input.to {
                Some(to) => call.schedule_to(to)?,
                None => before.to,
            },
            tasks: !body.tasks.is_empty(),
            missed: input.missed.unwrap_or(before.missed),
            clock: before.clock,
            read: None,
        };
        let command = Command::Schedule(ScheduleCommand::Change {
            schedule: id,
            plan,
            body: content(&body)?,
        });
        let outcome = call.submit(door, command).await?;
        told::<Self>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<ScheduleMade> {
        made(outcome, facts)
    }
}

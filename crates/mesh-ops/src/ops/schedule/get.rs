//! `schedule.get`

use super::{describe, upcoming};
use crate::prelude::*;

use mesh_model::limits::SCHEDULE_RUNS_KEPT;

impl Run for ScheduleGet {
    async fn run(door: &Door, call: &Call, input: ScheduleRefInput) -> Result<Schedule, Refusal> {
        let id = call.schedule_id(door, &input.schedule)?;
        let work = door.node().work();
        let found = work.schedules().get(id);
        let found = found.filter(|found| call.knows_schedule(found));
        let found = found.ok_or_else(refuse::no_schedule)?;
        let rows = door
            .view(call, move |view| view.schedules(&[id], SCHEDULE_RUNS_KEPT))
            .await?;
        let row = rows.into_iter().next().unwrap_or_default();
        Ok(Schedule {
            upcoming: upcoming(found),
            ..describe(door, call, found, row)
        })
    }
}

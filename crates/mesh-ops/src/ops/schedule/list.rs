//! `schedule.list`

use super::describe;
use crate::prelude::*;

impl Run for ScheduleList {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<List<Schedule>, Refusal> {
        let work = door.node().work();
        let known = || work.schedules().iter().filter(|it| call.knows_schedule(it));
        let ids: Vec<_> = known().map(|found| found.id).collect();
        let rows = door.view(call, move |view| view.schedules(&ids, 1)).await?;
        let items = known().zip(rows);
        Ok(List {
            items: items
                .map(|(found, row)| describe(door, call, found, row))
                .collect(),
        })
    }
}

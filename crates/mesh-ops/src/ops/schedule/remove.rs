//! `schedule.remove`

use crate::prelude::*;
use mesh_model::command::ScheduleCommand;

impl Run for ScheduleRemove {
    async fn run(door: &Door, call: &Call, input: ScheduleRefInput) -> Result<Done, Refusal> {
        let schedule = call.schedule_id(door, &input.schedule)?;
        let command = ScheduleCommand::Remove { schedule };
        call.done(door, Command::Schedule(command)).await
    }
}

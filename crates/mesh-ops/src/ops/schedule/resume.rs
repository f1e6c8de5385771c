//! `schedule.resume`

use crate::prelude::*;
use mesh_model::command::ScheduleCommand;

impl Run for ScheduleResume {
    async fn run(door: &Door, call: &Call, input: ScheduleRefInput) -> Result<Done, Refusal> {
        let schedule = call.schedule_id(door, &input.schedule)?;
        let command = ScheduleCommand::Resume { schedule };
        call.done(door, Command::Schedule(command)).await
    }
}

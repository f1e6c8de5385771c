//! `clock.step`

use super::moved;
use crate::prelude::*;

use mesh_model::command::ClockCommand;

impl Run for ClockStep {
    async fn run(door: &Door, call: &Call, input: ClockStepInput) -> Result<Clock, Refusal> {
        let room = call.room(&input.room)?.id;
        let seconds = input.seconds;
        moved(door, call, room, ClockCommand::Step { room, seconds }).await
    }
}

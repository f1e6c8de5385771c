//! `clock.rate`

use super::moved;
use crate::prelude::*;

use mesh_model::command::ClockCommand;

impl Run for ClockRate {
    async fn run(door: &Door, call: &Call, input: ClockRateInput) -> Result<Clock, Refusal> {
        let room = call.room(&input.room)?.id;
        let rate = input.rate;
        moved(door, call, room, ClockCommand::Rate { room, rate }).await
    }
}

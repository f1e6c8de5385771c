//! `clock.start`

use super::{moved, simulated};
use crate::prelude::*;

use mesh_model::command::ClockCommand;

impl Run for ClockStart {
    async fn run(door: &Door, call: &Call, input: ClockStartInput) -> Result<Clock, Refusal> {
        let room = call.room(&input.room)?.id;
        let command = ClockCommand::Start {
            room,
            at: input.at.as_deref().map(simulated).transpose()?,
            rate: input.rate.unwrap_or(1),
            tick_s: input.tick_seconds,
            paused: input.paused,
        };
        moved(door, call, room, command).await
    }
}

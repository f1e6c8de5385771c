//! `clock.set`

use super::{moved, simulated};
use crate::prelude::*;

use mesh_model::command::ClockCommand;

impl Run for ClockSet {
    async fn run(door: &Door, call: &Call, input: ClockSetInput) -> Result<Clock, Refusal> {
        let room = call.room(&input.room)?.id;
        let at = simulated(&input.at)?;
        moved(door, call, room, ClockCommand::Set { room, at }).await
    }
}

//! `clock.stop`

use crate::prelude::*;

use mesh_model::command::ClockCommand;

impl Run for ClockStop {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        call.done(door, Command::Clock(ClockCommand::Stop { room }))
            .await
    }
}

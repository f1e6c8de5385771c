//! `room.slow_mode`

use crate::prelude::*;

impl Run for RoomSlowMode {
    async fn run(door: &Door, call: &Call, input: SlowModeInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let seconds = input.seconds;
        call.done(door, Command::SetSlowMode { room, seconds })
            .await
    }
}

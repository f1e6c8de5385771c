//! `room.restore`

use crate::prelude::*;

impl Run for RoomRestore {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        call.done(door, Command::RestoreRoom { room }).await
    }
}

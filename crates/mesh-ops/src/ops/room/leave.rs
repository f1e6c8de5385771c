//! `room.leave`

use crate::prelude::*;

impl Run for RoomLeave {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        call.done(door, Command::LeaveRoom { room }).await
    }
}

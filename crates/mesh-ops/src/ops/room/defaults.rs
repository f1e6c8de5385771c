//! `room.defaults`

use crate::prelude::*;

impl Run for RoomDefaults {
    async fn run(door: &Door, call: &Call, input: RoomDefaultsInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        call.done(
            door,
            Command::SetRoomDefaults {
                room,
                capabilities: input.capabilities,
            },
        )
        .await
    }
}

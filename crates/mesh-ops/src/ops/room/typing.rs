//! `room.typing`: goes by the ephemeral lane, so an idempotency key changes nothing

use crate::prelude::*;

impl Run for RoomTyping {
    async fn run(door: &Door, call: &Call, input: RoomTypingInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        call.access.may(call.me()?, Action::Post, room)?;
        door.node()
            .ephemeral()
            .typing(room, call.me()?, input.typing);
        Ok(Done {
            seq: door.node().head(),
        })
    }
}

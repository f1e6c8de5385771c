//! `room.get`

use crate::prelude::*;

impl Run for RoomGet {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<Room, Refusal> {
        let room = call.room(&input.room)?;
        let mut rooms = super::list::describe_all(door, call, vec![room]).await?;
        rooms.pop().ok_or_else(refuse::no_room)
    }
}

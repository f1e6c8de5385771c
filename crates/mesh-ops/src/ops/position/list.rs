//! `position.list`

use crate::prelude::*;

impl Run for PositionList {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<List<Position>, Refusal> {
        let room = call.readable_room(&input.room)?.0;
        let items = door.node().planes().seen_by(room, call.me()?);
        Ok(List { items })
    }
}

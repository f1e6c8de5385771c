//! `position.walk`

use super::{moving, point, space};
use crate::prelude::*;

impl Run for PositionWalk {
    async fn run(door: &Door, call: &Call, input: PositionWalkInput) -> Result<Position, Refusal> {
        let (room, who) = moving(call, &input.room, input.participant.as_deref())?;
        let to = point(input.x, input.y)?;
        let Some(speed) = space(call, room.id).speed else {
            return Err(refuse::conflict(
                "this room's policy says no speed, so nobody walks in it",
                "take the place at once with position.set",
            )
            .so(Effect::NothingChanged));
        };
        door.node().planes().walk(room.id, who, to, speed)
    }
}

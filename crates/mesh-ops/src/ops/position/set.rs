//! `position.set`

use super::{moving, point, space};
use crate::prelude::*;

use mesh_model::Capability;

/// A whole turn has so many degrees.
const TURN: u16 = 360;

impl Run for PositionSet {
    async fn run(door: &Door, call: &Call, input: PositionSetInput) -> Result<Position, Refusal> {
        let (room, who) = moving(call, &input.room, input.participant.as_deref())?;
        let at = point(input.x, input.y)?;
        if input.facing.is_some_and(|degrees| degrees >= TURN) {
            return Err(refuse::invalid(
                "the field 'facing' is no direction",
                "name it in degrees from north over east, 0 to 359",
            )
            .so(Effect::NothingChanged));
        }
        let planes = door.node().planes();
        let governs = call
            .access
            .capabilities(room.id, call.me()?)
            .has(Capability::Moderate);
        if space(call, room.id).speed.is_some() && !governs && planes.stands(room.id, who) {
            return Err(refuse::conflict(
                "in this room nobody is at another place at once",
                "walk there with position.walk",
            )
            .so(Effect::NothingChanged));
        }
        planes.stand(room.id, who, at, input.facing)
    }
}

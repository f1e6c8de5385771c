//! `floor.get`

use crate::prelude::*;

use mesh_model::events::Floor;

impl Run for FloorGet {
    async fn run(_: &Door, call: &Call, _: NoInput) -> Result<Floor, Refusal> {
        Ok(*call.access.floor())
    }
}

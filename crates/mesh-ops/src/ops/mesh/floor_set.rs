//! `floor.set`

use crate::prelude::*;
use mesh_model::command::MeshCommand;

use mesh_model::events::Floor;

impl Run for FloorSet {
    async fn run(door: &Door, call: &Call, floor: Floor) -> Result<Done, Refusal> {
        call.done(door, Command::Mesh(MeshCommand::SetFloor { floor }))
            .await
    }
}

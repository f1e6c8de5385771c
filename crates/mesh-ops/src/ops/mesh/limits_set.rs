//! `limits.set`

use crate::prelude::*;
use mesh_model::command::MeshCommand;

use mesh_model::events::RequestLimits;

impl Run for LimitsSet {
    async fn run(door: &Door, call: &Call, limits: RequestLimits) -> Result<Done, Refusal> {
        call.done(door, Command::Mesh(MeshCommand::SetLimits { limits }))
            .await
    }
}

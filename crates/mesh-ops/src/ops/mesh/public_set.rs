//! `public.set`

use crate::prelude::*;
use mesh_model::command::MeshCommand;

use mesh_model::events::PublicPage;

impl Run for PublicSet {
    async fn run(door: &Door, call: &Call, page: PublicPage) -> Result<Done, Refusal> {
        call.done(door, Command::Mesh(MeshCommand::SetPublic { page }))
            .await
    }
}

//! `entity.forget`

use crate::prelude::*;

use mesh_model::command::EntityCommand;

impl Run for EntityForget {
    async fn run(door: &Door, call: &Call, input: EntityForgetInput) -> Result<Done, Refusal> {
        let (room, world) = super::fresh_world(door, call, &input.room).await?;
        let at = super::meant(&world, &input.entity, input.kind.as_deref())?;
        let mut claims = world.all_claims(at);
        if let Some(only) = input.claim {
            claims.retain(|claim| *claim == only);
            if claims.is_empty() {
                return Err(refuse::not_found(
                    "claim about this thing",
                    "entity.get shows the places of all of them",
                ));
            }
        }
        let forget = Command::Entity(EntityCommand::Forget { room, claims });
        call.done(door, forget).await
    }
}

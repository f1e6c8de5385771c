//! `entity.path`

use super::shown::Showing;
use super::world::Part;
use crate::ops::present;
use crate::prelude::*;

use mesh_model::limits::ENTITY_PATH_MAX;

impl Run for EntityPath {
    async fn run(door: &Door, call: &Call, input: EntityPathInput) -> Result<EntityGraph, Refusal> {
        let (room, world) = super::world(door, call, &input.room, input.at).await?;
        let from = super::meant(&world, &input.entity, input.kind.as_deref())?;
        let to = super::meant(&world, &input.to, input.to_kind.as_deref())?;
        let access = door.node().access();
        let showing = Showing {
            access: &access,
            reader: present::reader(door, call),
            world: &world,
        };
        // That there is no way is an answer.
        let part = world.path(from, to, ENTITY_PATH_MAX);
        Ok(showing.graph(room, &part.unwrap_or_else(Part::default)))
    }
}

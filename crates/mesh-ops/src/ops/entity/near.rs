//! `entity.near`

use super::shown::Showing;
use crate::ops::present;
use crate::prelude::*;

use mesh_model::limits::{ENTITY_DEPTH_MAX, ENTITY_NEAR_MAX};

impl Run for EntityNear {
    async fn run(door: &Door, call: &Call, input: EntityNearInput) -> Result<EntityGraph, Refusal> {
        let depth = input.depth.unwrap_or(1);
        if !(1..=ENTITY_DEPTH_MAX).contains(&depth) {
            return Err(refuse::invalid(
                format!("a neighbourhood reaches 1 to {ENTITY_DEPTH_MAX} relations"),
                "go on from one of the things that it shows",
            ));
        }
        let (room, world) = super::world(door, call, &input.room, input.at).await?;
        let at = super::meant(&world, &input.entity, input.kind.as_deref())?;
        let access = door.node().access();
        let showing = Showing {
            access: &access,
            reader: present::reader(door, call),
            world: &world,
        };
        Ok(showing.graph(room, &world.near(at, depth, ENTITY_NEAR_MAX)))
    }
}

//! `entity.get`

use super::shown::Showing;
use crate::ops::present;
use crate::prelude::*;

impl Run for EntityGet {
    async fn run(door: &Door, call: &Call, input: EntityGetInput) -> Result<EntityDetail, Refusal> {
        let (room, world) = super::world(door, call, &input.room, input.at).await?;
        let at = super::meant(&world, &input.entity, input.kind.as_deref())?;
        let access = door.node().access();
        let showing = Showing {
            access: &access,
            reader: present::reader(door, call),
            world: &world,
        };
        let thing = &world.things[at];
        let claims = thing.claims.iter().chain(&thing.sames);
        let links = showing.links_of(at).into_iter();
        Ok(EntityDetail {
            room,
            entity: showing.thing(at, None),
            claims: claims.map(|row| showing.claim(*row)).collect(),
            relations: links.map(|link| showing.link(link)).collect(),
            contradictions: showing.contradictions(at),
        })
    }
}

//! `entity.merge`: a claim like others, so that it is taken back like others

use super::claims;
use super::source::Ground;
use super::world::World;
use crate::prelude::*;

use mesh_model::command::EntityCommand;
use mesh_model::events::Claimed;

impl Run for EntityMerge {
    async fn run(door: &Door, call: &Call, input: EntityMergeInput) -> Result<Done, Refusal> {
        let (room, world) = super::fresh_world(door, call, &input.room).await?;
        let one = super::meant(&world, &input.entity, input.kind.as_deref())?;
        let two = super::meant(&world, &input.with, input.with_kind.as_deref())?;
        if input.undo {
            if one != two {
                return Err(refuse::conflict(
                    "these are two things already",
                    "look at what is known of each with entity.get",
                ));
            }
            let claims = said_same(&world, one);
            if claims.is_empty() {
                return Err(refuse::conflict(
                    "nobody merged them: a claim gives the one the other's name",
                    "forget that claim: entity.get shows the claims, entity.forget takes the place of one",
                ));
            }
            let forget = Command::Entity(EntityCommand::Forget { room, claims });
            return call.done(door, forget).await;
        }
        if one == two {
            return Ok(Done {
                seq: door.node().head(),
            });
        }
        let name = |at: usize| EntityName {
            name: world.things[at].name.clone(),
            kind: Some(world.things[at].kind.clone()),
        };
        let words = [claims::same(name(one), name(two))];
        let outcome = super::note::note(door, call, room, &Ground::said(), &words).await?;
        Ok(Done {
            seq: outcome.last(),
        })
    }
}

/// The claims that names of a thing mean one thing.
fn said_same(world: &World, at: usize) -> Vec<Seq> {
    let sames = world.things[at].sames.iter().map(|row| &world.rows[*row]);
    let sames = sames.filter(|row| row.facts.about == Claimed::Same);
    sames.map(|row| row.seq).collect()
}

//! What goes with a task: what its room knows of the things that it speaks of, within a budget.

use mesh_model::api::EntityKnown;
use mesh_model::limits::ENTITY_OFFERED_BYTES;
use mesh_model::{Refusal, RoomId};

use super::shown::Showing;
use super::world::World;
use crate::door::{Call, Door};
use crate::ops::present;

/// Things that go with a task at most, and the relations of each.
const THINGS: usize = 8;
const RELATIONS: usize = 5;
/// What does not fit a task by so much of the best is not about it, in thousandths.
const FIT: u32 = 250;

/// What the task's room knows of things that a text speaks of, the closest first. Whoever may not read the room's data gets
/// nothing.
pub(crate) async fn offered(
    door: &Door,
    call: &Call,
    room: RoomId,
    text: &str,
) -> Result<Vec<EntityKnown>, Refusal> {
    let me = call.me()?;
    let access = door.node().access();
    let allowed = access.may_data(me, room);
    if !allowed || door.node().work().claims_in(room) == 0 {
        return Ok(Vec::new());
    }
    let Ok(visible) = call.readable(room) else {
        return Ok(Vec::new());
    };
    let world = super::world_of(door, call, visible, None).await?;
    let showing = Showing {
        access: &access,
        reader: present::reader(door, call),
        world: &world,
    };
    let mut left = ENTITY_OFFERED_BYTES;
    let mut all = Vec::new();
    for (at, score) in world.search(text) {
        if all.len() == THINGS || score < FIT {
            break;
        }
        // What only strangers claim is nothing that somebody begins a task with.
        if !world.thing_is_ours(at) || bytes(&world, at) > left {
            continue;
        }
        left -= bytes(&world, at);
        let links = showing.links_of(at).into_iter();
        let links = links.filter(|link| world.links[*link].ours);
        all.push(EntityKnown {
            entity: showing.thing(at, Some(score)),
            relations: links
                .take(RELATIONS)
                .map(|link| showing.link(link))
                .collect(),
        });
    }
    Ok(all)
}

/// How many bytes its words have, with those of its relations.
fn bytes(world: &World, at: usize) -> usize {
    let thing = &world.things[at];
    let aliases: usize = thing.aliases.iter().map(|(_, alias)| alias.len()).sum();
    let said = thing.description.as_ref().map_or(0, |(_, text)| text.len());
    let links = thing.links.iter().take(RELATIONS);
    let links: usize = links
        .map(|link| {
            let found = &world.links[*link];
            let (from, to) = (&world.things[found.from], &world.things[found.to]);
            from.name.len() + found.kind.len() + to.name.len()
        })
        .sum();
    thing.name.len() + thing.kind.len() + aliases + said + links
}

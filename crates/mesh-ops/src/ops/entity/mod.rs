//! What a room knows of things: claims come in with their source, and each question is answered from the claims that stand.

mod claims;
mod forget;
mod get;
mod list;
mod merge;
mod near;
mod note;
mod offered;
mod path;
mod shown;
mod source;
mod world;

use mesh_model::{Effect, Millis, Refusal, RoomId, Seq, refuse};
pub(crate) use offered::offered;
pub(crate) use world::World;

use crate::door::{Call, Door};

/// A room whose data the caller may read, and what follows from its claims there.
async fn world(
    door: &Door,
    call: &Call,
    room: &str,
    at: Option<Millis>,
) -> Result<(RoomId, World), Refusal> {
    let visible = call.readable(call.data_room(room)?)?;
    Ok((visible.0, world_of(door, call, visible, at).await?))
}

async fn world_of(
    door: &Door,
    call: &Call,
    visible: (RoomId, Seq),
    at: Option<Millis>,
) -> Result<World, Refusal> {
    let access = door.node().access();
    door.view(call, move |view| {
        let rows = view.claims(visible)?;
        Ok(World::of(rows, at, &|one, two| access.kindred(one, two)))
    })
    .await
}

/// The same as of the log's end: whoever changes something has to know what there is.
async fn fresh_world(door: &Door, call: &Call, room: &str) -> Result<(RoomId, World), Refusal> {
    let head = door.node().head();
    door.wait_view(head, Some(head)).await?;
    world(door, call, room, None).await
}

/// The one thing that is meant.
fn meant(world: &World, name: &str, kind: Option<&str>) -> Result<usize, Refusal> {
    match world.named(name, kind)[..] {
        [] => Err(refuse::not_found(
            "thing in what the room knows",
            "look for it by words with entity.list",
        )),
        [one] => Ok(one),
        ref several => {
            // Names and kinds are words of others: only places are told here.
            let places = several
                .iter()
                .map(|at| format!("#{}", world.things[*at].id));
            let places: Vec<String> = places.collect();
            Err(refuse::conflict(
                "several things have this name",
                format!("name its kind, or one of {}", places.join(", ")),
            )
            .so(Effect::NothingDone))
        }
    }
}

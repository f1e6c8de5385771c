//! What WebSocket and SSE subscribers have in common: the check of what they ask for.

use mesh_core::Action;
use mesh_model::limits::EVENT_TYPES_MAX;
use mesh_model::{ErrorCode, ParticipantId, Permission, Refusal, RoomId, Seq};
use mesh_node::{Filter, Subscription};
use mesh_ops::Caller;

use crate::edge::Edge;
use crate::problem::invalid;

/// Rooms one subscription may name: more is "all of them".
const ROOMS_MAX: usize = 500;

/// Begins a subscription, if the caller may have one.
pub(crate) fn subscribe(
    edge: &Edge,
    caller: &Caller,
    after: Option<Seq>,
    rooms: &[String],
    mut types: Vec<String>,
) -> Result<Subscription, Refusal> {
    let access = edge.node.access();
    let actor = caller.actor.ok_or_else(no_reader)?;
    let me = actor.participant().ok_or_else(no_reader)?;
    access.check_permission(&actor, Permission::MessagesRead, edge.node.now())?;
    if rooms.len() > ROOMS_MAX || types.len() > EVENT_TYPES_MAX {
        return Err(invalid(
            format!("a subscription names at most {ROOMS_MAX} rooms and {EVENT_TYPES_MAX} types"),
            "name fewer, or none for all",
        ));
    }
    let head = edge.node.head();
    if after.is_some_and(|after| after > head) {
        return Err(Refusal::new(
            ErrorCode::BadCursor,
            format!(
                "`after` lies beyond the log's end, which is at {head}; nothing was subscribed to"
            ),
            "leave it out to begin now, or send 0 for everything; this may be another mesh",
        ));
    }
    let mut rooms: Vec<_> = rooms
        .iter()
        .map(|room| room_of(edge, me, room))
        .collect::<Result<_, _>>()?;
    rooms.sort_unstable();
    rooms.dedup();
    types.sort_unstable();
    types.dedup();
    Ok(edge.node.subscribe(me, Filter { rooms, types }, after))
}

fn room_of(edge: &Edge, me: ParticipantId, text: &str) -> Result<RoomId, Refusal> {
    let access = edge.node.access();
    let found = match text.parse::<RoomId>() {
        Ok(id) => access.room(id),
        Err(_) => access.room_named(text),
    };
    let no_room = || {
        Refusal::new(
            ErrorCode::NotFound,
            "there is no such room, or you may not know of it; nothing was subscribed to",
            "list the rooms you can see with room.list",
        )
    };
    let id = found.map(|room| room.id).ok_or_else(no_room)?;
    access.may(me, Action::See, id).map_err(|_| no_room())?;
    access.may(me, Action::Read, id)?;
    Ok(id)
}

fn no_reader() -> Refusal {
    Refusal::new(
        ErrorCode::Unauthenticated,
        "nobody signed in; nothing was subscribed to",
        "send a token",
    )
}

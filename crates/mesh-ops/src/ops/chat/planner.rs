//! Who is spoken to where nobody is named, and who plans.

use crate::prelude::*;

use mesh_model::Capability;

/// The capability of agents that take goals apart and plan.
const PLAN: &str = "plan";

/// Who plans something that is said in a room: what it has to be able to do, or who it is.
pub(crate) fn planner(door: &Door, call: &Call, room: RoomId) -> (Option<String>, Option<String>) {
    let work = door.node().work();
    if work.workers().any(|worker| worker.can(PLAN)) {
        return (Some(PLAN.to_owned()), None);
    }
    let primary = primary(door, call, room);
    (None, primary.map(|id| id.to_string()))
}

/// Who is spoken to: the room's primary agent, else the first worker enrolled that may work there.
pub(super) fn primary(door: &Door, call: &Call, room: RoomId) -> Option<ParticipantId> {
    let access = &call.access;
    let named = access.room(room).and_then(|found| found.primary);
    if let Some(id) = named.filter(|id| access.member(room, *id).is_some()) {
        return Some(id);
    }
    let work = door.node().work();
    let workers = work.workers().map(|worker| worker.id);
    // Ids grow with time, so the first is the one that came first.
    workers
        .filter(|id| access.capabilities(room, *id).has(Capability::Execute))
        .min()
}

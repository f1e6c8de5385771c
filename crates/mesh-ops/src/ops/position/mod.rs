//! Where members of a room stand: by the ephemeral lane, so that an idempotency key changes nothing.

mod list;
mod set;
mod walk;

use std::sync::Arc;

use crate::prelude::*;

use mesh_core::Room;
use mesh_model::Capability;
use mesh_model::limits::PLANE_M_MAX;
use mesh_model::policy::SpaceRules;
use mesh_node::Point;

/// Whom the caller moves, and where: itself or somebody below it that hears what is said in the room.
fn moving(
    call: &Call,
    room: &str,
    who: Option<&str>,
) -> Result<(Arc<Room>, ParticipantId), Refusal> {
    let (room, me) = (call.room(room)?, call.me()?);
    let who = call.participant_or_me(who)?;
    if who != me && !call.access.descends(who, me) {
        return Err(Refusal::new(
            ErrorCode::PermissionDenied,
            "only whoever stands there, and those above it, move somebody",
            Effect::NothingChanged,
            "ask it to come with a message",
        ));
    }
    if room.kind == RoomKind::Direct || room.archived {
        return Err(refuse::conflict(
            "nobody stands in a direct conversation or in a room that is closed",
            "go to another room",
        )
        .so(Effect::NothingChanged));
    }
    if !call
        .access
        .capabilities(room.id, who)
        .has(Capability::Listen)
    {
        return Err(Refusal::new(
            ErrorCode::CapabilityDenied,
            "only members that hear what is said in a room stand in it",
            Effect::NothingChanged,
            "join the room first, or ask a moderator for the capability listen",
        ));
    }
    Ok((room, who))
}

/// A place on the plane.
fn point(x: f64, y: f64) -> Result<Point, Refusal> {
    let most = f64::from(PLANE_M_MAX);
    let on = |metres: f64| metres.is_finite() && metres.abs() <= most;
    if on(x) && on(y) {
        return Ok(Point { x, y });
    }
    Err(refuse::invalid(
        format!(
            "the plane of a room reaches {PLANE_M_MAX} metres from its middle in each direction"
        ),
        format!("name 'x' and 'y' from -{PLANE_M_MAX} to {PLANE_M_MAX}"),
    )
    .so(Effect::NothingChanged))
}

/// What the room says of its plane.
fn space(call: &Call, room: RoomId) -> SpaceRules {
    let policy = call.access.policy(room);
    policy.map(|record| record.policy.space).unwrap_or_default()
}

//! Who is in a room and what each may do there: the rules.

use mesh_model::command::Content;
use mesh_model::events::{RoomDefaultsSet, RoomKind, RoomMemberCapabilitiesSet, RoomMemberLeft};
use mesh_model::{
    Capability, CapabilitySet, Effect, ErrorCode, NewEvent, ParticipantId, Refusal, RoomId,
};

use crate::actor::Asker;
use crate::room::consent;
use crate::room::{check_in_use, enabled, moderated};
use crate::{Action, Decision, Room, check, refuse};

pub fn join(asker: &Asker<'_>, room: RoomId) -> Decision {
    let me = asker.me()?;
    asker.access.may(me, Action::Join, room)?;
    if asker.access.member(room, me).is_some() {
        return Ok(Vec::new());
    }
    let found = asker.access.room(room).ok_or_else(refuse::no_room)?;
    Ok(consent::joins(found, me))
}

/// Membership of groups' conversations, of direct ones and of the broadcast room follows from
/// something else.
pub(crate) fn check_own_members(room: &Room) -> Result<(), Refusal> {
    let hint = match room.kind {
        RoomKind::Room => return Ok(()),
        // The group is gone: whoever is still there may clear it away.
        RoomKind::Group if room.archived => return Ok(()),
        RoomKind::Direct => "create a room for more participants",
        RoomKind::Group => "change the group's members instead",
        RoomKind::Broadcast => "everybody on the mesh listens there",
    };
    Err(refuse::conflict(
        format!(
            "nobody joins, leaves or is removed from {} directly",
            refuse::room_label(room)
        ),
        hint,
    ))
}

pub fn add(asker: &Asker<'_>, room: RoomId, participant: ParticipantId) -> Decision {
    let recovering = asker.is_owner() && asker.actor.participant() == Some(participant);
    let found = if recovering {
        recover(asker, room)?
    } else {
        asker.room(room)?
    };
    if asker.access.member_of(found, participant).is_some() {
        return Ok(Vec::new());
    }
    if !recovering {
        asker.check_capability(found, Capability::Moderate)?;
    }
    check_own_members(found)?;
    super::check_not_banned(found, participant, false)?;
    check_in_use(found)?;
    consent::check_brings(asker, participant)?;
    let participant = enabled(asker, participant)?;
    Ok(consent::joins(found, participant))
}

/// The owner may add itself to any room but direct conversations, so that no room is lost when its
/// moderators are. It is an event that the members see: there is no silent way in.
fn recover<'a>(asker: &Asker<'a>, room: RoomId) -> Result<&'a Room, Refusal> {
    let found = asker.access.room(room).ok_or_else(refuse::no_room)?;
    if found.kind == RoomKind::Direct {
        return asker.room(room);
    }
    Ok(found)
}

pub fn leave(asker: &Asker<'_>, room: RoomId) -> Decision {
    let me = asker.me()?;
    let found = asker.room(room)?;
    check_own_members(found)?;
    if asker.access.member_of(found, me).is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(RoomMemberLeft {
        room,
        participant: me,
    })])
}

pub fn remove(
    asker: &Asker<'_>,
    room: RoomId,
    participant: ParticipantId,
    reason: &Content,
) -> Decision {
    check::content("reason", reason)?;
    let me = asker.actor.participant();
    if me == Some(participant) {
        return leave(asker, room);
    }
    let found = moderated(asker, room)?;
    check_own_members(found)?;
    if asker.access.member_of(found, participant).is_none() {
        return Ok(Vec::new());
    }
    check_rules_not(asker, found, participant)?;
    let removed = RoomMemberLeft { room, participant };
    Ok(vec![NewEvent::with(removed, reason.clone())])
}

/// Nothing is taken from a room's creator nor from the owner of the mesh, except by the owner.
pub(super) fn check_rules_not(
    asker: &Asker<'_>,
    room: &Room,
    participant: ParticipantId,
) -> Result<(), Refusal> {
    if asker.is_owner() || !asker.access.rules(room, participant) {
        return Ok(());
    }
    Err(Refusal::new(
        ErrorCode::CapabilityDenied,
        format!(
            "the creator of {} and the owner of the mesh keep their place in it",
            refuse::room_label(room)
        ),
        Effect::NothingChanged,
        "ask them to leave by themselves",
    ))
}

pub fn set_capabilities(
    asker: &Asker<'_>,
    room: RoomId,
    participant: ParticipantId,
    capabilities: Option<CapabilitySet>,
) -> Decision {
    let found = moderated(asker, room)?;
    check_in_use(found)?;
    let Some(member) = asker.access.member_of(found, participant) else {
        return Err(refuse::not_found(
            "member",
            "add the participant to the room first",
        ));
    };
    if asker.access.rules(found, participant) {
        return Err(Refusal::new(
            ErrorCode::CapabilityDenied,
            format!(
                "the creator of {} and the owner of the mesh hold every capability in it",
                refuse::room_label(found)
            ),
            Effect::NothingChanged,
            "there is nothing to set for them",
        ));
    }
    // What it comes to counts: the defaults may be more than it had.
    let result = capabilities.unwrap_or(found.defaults);
    check_lends(asker, found, result)?;
    if capabilities.is_some() && result.has(Capability::Execute) {
        consent::check_lets_execute(asker, found, participant)?;
    }
    if member.capabilities == capabilities {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(RoomMemberCapabilitiesSet {
        room,
        participant,
        capabilities,
    })])
}

pub fn set_defaults(asker: &Asker<'_>, room: RoomId, capabilities: CapabilitySet) -> Decision {
    let found = moderated(asker, room)?;
    check_in_use(found)?;
    check_lends(asker, found, capabilities)?;
    if found.defaults == capabilities {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(RoomDefaultsSet { room, capabilities })])
}

/// Nobody grants a capability they lack.
fn check_lends(asker: &Asker<'_>, room: &Room, wanted: CapabilitySet) -> Result<(), Refusal> {
    let Some(me) = asker.actor.participant() else {
        return Ok(());
    };
    if asker.access.rules(room, me) {
        return Ok(());
    }
    let held = asker.access.capabilities_in(room, me);
    match wanted.iter().find(|capability| !held.has(*capability)) {
        Some(lacking) => Err(refuse::cannot_lend(lacking, &refuse::room_label(room))),
        None => Ok(()),
    }
}

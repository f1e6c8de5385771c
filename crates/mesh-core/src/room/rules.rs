//! What a room's creator sets: its policy, its pace, who comes after. And what moderators do.

use mesh_model::command::Content;
use mesh_model::events::{
    RoomExpired, RoomHoldSet, RoomKind, RoomMemberBanned, RoomMemberLeft, RoomMemberMuted,
    RoomMemberUnbanned, RoomMemberUnmuted, RoomPrimarySet, RoomSlowModeSet, RoomTransferred,
};
use mesh_model::limits::{BANS_MAX, SLOW_MODE_SECONDS_MAX};
use mesh_model::policy::{Ruling, RulingBy};
use mesh_model::{Effect, ErrorCode, Millis, NewEvent, ParticipantId, Refusal, RoomId, Seq};

use crate::actor::Asker;
use crate::room::members::{check_own_members, check_rules_not};
use crate::room::{check_in_use, moderated};
use crate::{Access, Decision, Room, check, refuse};

/// A room whose rules the asker sets.
pub(super) fn ruled<'a>(asker: &Asker<'a>, room: RoomId) -> Result<&'a Room, Refusal> {
    let found = asker.room(room)?;
    right_to_rule(asker.access, found, asker.me()?, asker.is_owner())?;
    Ok(found)
}

/// By what right somebody sets a room's rules: as its creator while it is a member, or as the owner of
/// the mesh, which a lesser credential of the owner is not.
fn right_to_rule(
    access: &Access,
    found: &Room,
    me: ParticipantId,
    owner: bool,
) -> Result<Ruling, Refusal> {
    let nothing = || Ruling::by(RulingBy::NothingAllows);
    if found.kind == RoomKind::Direct {
        return Err(refuse::conflict(
            "a direct conversation has no rules but the mesh's",
            "create a room for more",
        )
        .so(Effect::NothingChanged)
        .ruled(nothing()));
    }
    if found.creator == Some(me) && access.member_of(found, me).is_some() {
        return Ok(Ruling::by(RulingBy::Creator));
    }
    if owner {
        return Ok(Ruling::by(RulingBy::Owner));
    }
    Err(Refusal::new(
        ErrorCode::CapabilityDenied,
        format!(
            "only the creator of {} and the owner of the mesh set its rules",
            refuse::room_label(found)
        ),
        Effect::NothingChanged,
        "ask the room's creator",
    )
    .ruled(nothing()))
}

/// Whether somebody may give the room a policy, and by what right. An archived room keeps the one it has.
pub(crate) fn may_set_policy(
    access: &Access,
    room: RoomId,
    me: ParticipantId,
    owner: bool,
) -> Result<(&Room, Ruling), Refusal> {
    let found = access.visible_room(Some(me), room)?;
    let right = right_to_rule(access, found, me, owner)?;
    check_in_use(found)?;
    Ok((found, right))
}

pub fn set_slow_mode(asker: &Asker<'_>, room: RoomId, seconds: u32) -> Decision {
    let found = moderated(asker, room)?;
    check_in_use(found)?;
    if seconds > SLOW_MODE_SECONDS_MAX {
        return Err(refuse::invalid(
            format!("slow mode goes up to {SLOW_MODE_SECONDS_MAX} seconds"),
            "name fewer seconds, or mute who speaks too much",
        )
        .so(Effect::NothingChanged));
    }
    if found.slow_mode == seconds {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(RoomSlowModeSet { room, seconds })])
}

/// By whoever moderates: all that is said to the room without a name goes to it.
pub fn set_primary(
    asker: &Asker<'_>,
    room: RoomId,
    participant: Option<ParticipantId>,
) -> Decision {
    let found = moderated(asker, room)?;
    check_in_use(found)?;
    if let Some(id) = participant {
        super::enabled(asker, id)?;
        if asker.access.member_of(found, id).is_none() {
            return Err(refuse::not_found(
                "member",
                "add the participant to the room first",
            ));
        }
    }
    if found.primary == participant {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(RoomPrimarySet { room, participant })])
}

pub fn transfer(asker: &Asker<'_>, room: RoomId, creator: ParticipantId) -> Decision {
    let found = ruled(asker, room)?;
    if found.kind != RoomKind::Room {
        return Err(refuse::conflict(
            format!("{} cannot be handed over", refuse::room_label(found)),
            "only rooms that somebody created can be",
        )
        .so(Effect::NothingChanged));
    }
    check_in_use(found)?;
    super::enabled(asker, creator)?;
    if asker.access.member_of(found, creator).is_none() {
        return Err(refuse::not_found(
            "member",
            "add the participant to the room first",
        ));
    }
    if found.creator == Some(creator) {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(RoomTransferred { room, creator })])
}

/// By the owner of the mesh, in any room: a hold reads nothing.
pub fn set_hold(asker: &Asker<'_>, room: RoomId, hold: bool) -> Decision {
    if !asker.is_owner() {
        return Err(refuse::owner_only("put a room on hold or end that"));
    }
    let found = asker.access.room(room).ok_or_else(refuse::no_room)?;
    if found.hold == hold {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(RoomHoldSet { room, hold })])
}

/// The node ends what the room's retention ends; never more, and nothing under a hold.
pub fn expire(asker: &Asker<'_>, room: RoomId, upto: Seq) -> Decision {
    asker.node_only()?;
    let found = asker.access.room(room).ok_or_else(refuse::no_room)?;
    let policy = found.policy.as_deref().map(|record| &record.policy);
    let kept = policy.and_then(|policy| policy.retention_days).is_none();
    if kept || found.hold || upto <= found.expired {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(RoomExpired { room, upto })])
}

/// A member that the asker may hold back.
fn held_back<'a>(
    asker: &Asker<'a>,
    room: RoomId,
    participant: ParticipantId,
) -> Result<&'a Room, Refusal> {
    let found = moderated(asker, room)?;
    if found.kind == RoomKind::Direct {
        return Err(refuse::conflict(
            "nobody moderates a direct conversation",
            "leave the other one's messages unread",
        ));
    }
    asker.participant(participant)?;
    if asker.access.rules(found, participant) {
        check_rules_not(asker, found, participant)?;
        return Err(refuse::conflict(
            "whoever rules the room cannot be held back in it",
            "transfer the room first",
        ));
    }
    Ok(found)
}

pub fn mute(
    asker: &Asker<'_>,
    room: RoomId,
    participant: ParticipantId,
    until: Option<Millis>,
    reason: &Content,
) -> Decision {
    let found = held_back(asker, room, participant)?;
    check::expiry(until, asker.now)?;
    check::content("reason", reason)?;
    if asker.access.member_of(found, participant).is_none() {
        return Err(refuse::not_found("member", "only members can be muted"));
    }
    if found
        .muted
        .get(&participant)
        .is_some_and(|mute| mute.until == until)
    {
        return Ok(Vec::new());
    }
    let muted = RoomMemberMuted {
        room,
        participant,
        until,
    };
    Ok(vec![NewEvent::with(muted, reason.clone())])
}

pub fn unmute(asker: &Asker<'_>, room: RoomId, participant: ParticipantId) -> Decision {
    let found = moderated(asker, room)?;
    if !found.muted.contains_key(&participant) {
        return Ok(Vec::new());
    }
    if asker.actor.participant() == Some(participant) {
        return Err(refuse::not_yours("lift a mute from yourself"));
    }
    Ok(vec![NewEvent::new(RoomMemberUnmuted { room, participant })])
}

pub fn ban(
    asker: &Asker<'_>,
    room: RoomId,
    participant: ParticipantId,
    reason: &Content,
) -> Decision {
    let found = held_back(asker, room, participant)?;
    check_own_members(found)?;
    check::content("reason", reason)?;
    if found.banned.contains_key(&participant) {
        return Ok(Vec::new());
    }
    if found.banned.len() >= BANS_MAX {
        return Err(refuse::conflict(
            format!("{BANS_MAX} participants are banned here already"),
            "make the room private, or lift old bans",
        ));
    }
    let mut events = vec![NewEvent::with(
        RoomMemberBanned { room, participant },
        reason.clone(),
    )];
    if asker.access.member_of(found, participant).is_some() {
        events.push(NewEvent::new(RoomMemberLeft { room, participant }));
    }
    Ok(events)
}

pub fn unban(asker: &Asker<'_>, room: RoomId, participant: ParticipantId) -> Decision {
    let found = moderated(asker, room)?;
    if !found.banned.contains_key(&participant) {
        return Ok(Vec::new());
    }
    Ok(vec![NewEvent::new(RoomMemberUnbanned {
        room,
        participant,
    })])
}

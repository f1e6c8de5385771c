//! Rooms, their members, and how long those stay.

mod archive;
mod create;
mod defaults;
mod get;
mod hold;
mod join;
mod leave;
mod list;
mod member_accept;
mod member_add;
mod member_ban;
mod member_capabilities;
mod member_decline;
mod member_execution;
mod member_invitations;
mod member_invite;
mod member_list;
mod member_mute;
mod member_remove;
mod member_restrained;
mod member_unban;
mod member_unmute;
mod primary;
mod publish;
mod restore;
mod shared;
mod slow_mode;
mod stay_list;
mod transfer;
mod typing;
mod unpublish;
mod update;

use crate::prelude::*;

/// A room that the participant may know of, for itself and those above it.
fn own_room(call: &Call, text: &str, participant: ParticipantId) -> Result<RoomId, Refusal> {
    let me = call.me()?;
    let access = &call.access;
    let found = match text.parse::<RoomId>() {
        Ok(id) => access.room(id),
        Err(_) => access.room_named(text),
    };
    let known = found.filter(|room| {
        access.descends(participant, me) && access.may(participant, Action::See, room.id).is_ok()
    });
    match known {
        Some(room) => Ok(room.id),
        None => Ok(call.room(text)?.id),
    }
}

//! What a room is to other meshes: where it is at home, and who follows it.

use crate::ops::present;
use crate::prelude::*;

/// The other mesh where a room is at home, and how it stands with it; `waits` of the reader's words wait for it.
pub(super) fn home(door: &Door, call: &Call, room: RoomId, waits: Option<u32>) -> Option<RoomHome> {
    let access = &call.access;
    let link = access.home_of(room)?;
    let state = match link {
        Some(link) if access.mirror(room).flatten().is_some() => {
            let open = || door.peers().is_some_and(|peers| peers.seen(link.id).open);
            match () {
                () if !link.is_open() => HomeState::Paused,
                () if open() => HomeState::Open,
                () => HomeState::Away,
            }
        }
        _ => HomeState::Over,
    };
    let mesh = link
        .map(|link| link.participant)
        .filter(|speaker| call.sees(*speaker));
    Some(RoomHome {
        mesh: mesh.map(|speaker| present::participant(access, speaker)),
        state,
        waits: waits.unwrap_or_default(),
    })
}

/// The meshes that a room is shared with, as far as the reader may know of them.
pub(super) fn followers(call: &Call, room: RoomId) -> Vec<RoomFollower> {
    let access = &call.access;
    let with = access.links().filter(|link| {
        link.shares.contains_key(&room)
            && access.member(room, link.participant).is_some()
            && call.sees(link.participant)
    });
    with.map(|link| RoomFollower {
        mesh: present::participant(access, link.participant),
        follows: access.is_followed(link, room),
    })
    .collect()
}

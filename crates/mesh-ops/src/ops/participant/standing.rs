//! `participant.standing`: who stands behind a participant, and what it may do where

use crate::ops::present;
use crate::prelude::*;

use mesh_core::Room as RoomRecord;
use mesh_model::events::RoomKind;

impl Run for ParticipantStanding {
    async fn run(_: &Door, call: &Call, input: ParticipantRefInput) -> Result<Standing, Refusal> {
        let found = call.participant(&input.participant)?;
        let access = &call.access;
        let seen = |id: ParticipantId| call.sees(id).then(|| present::participant(access, id));
        let mut rooms: Vec<_> = access
            .rooms()
            .filter(|room| room.kind != RoomKind::Direct)
            .filter_map(|room| standing_in(call, room, found.id))
            .collect();
        rooms.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Standing {
            participant: present::participant(access, found.id),
            behind: access.person_behind(found.id).and_then(seen),
            above: access.ancestors(found.id).filter_map(seen).collect(),
            added_by: access.added_by(&found),
            rooms,
        })
    }
}

/// What its own side said of a room is known to that side and to those who read there; that it is in a
/// listed room, to all.
fn standing_in(call: &Call, room: &RoomRecord, whom: ParticipantId) -> Option<StandingIn> {
    let (me, access) = (call.me().ok()?, &call.access);
    let own_side = me == whom || access.descends(whom, me);
    let reads = access.may(me, Action::Read, room.id).is_ok();
    let member = access.member(room.id, whom).is_some();
    let agreement = room.agreements.get(&whom).filter(|_| own_side || reads);
    // Everybody is in the broadcast room.
    let told = room.kind != RoomKind::Broadcast || agreement.is_some();
    let known = told
        && if own_side {
            member || agreement.is_some()
        } else {
            member && (reads || room.is_listed())
        };
    known.then(|| StandingIn {
        room: room.id,
        name: room.name.clone(),
        member,
        capabilities: access.capabilities(room.id, whom),
        agreed: agreement.map(|it| it.agreed),
        agreed_by: agreement
            .and_then(|it| it.by)
            .filter(|by| call.sees(*by))
            .map(|by| present::participant(access, by)),
        answered_by: agreement
            .map(|it| it.answered_by.as_slice())
            .unwrap_or_default()
            .iter()
            .filter(|id| call.sees(**id))
            .map(|id| present::participant(access, *id))
            .collect(),
    })
}

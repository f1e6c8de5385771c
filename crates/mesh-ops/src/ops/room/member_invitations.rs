//! `member.invitations`: those that wait for the caller and for those below it, and a moderator's own

use crate::ops::present;
use crate::prelude::*;

impl Run for MemberInvitations {
    async fn run(
        _: &Door,
        call: &Call,
        input: InvitationListInput,
    ) -> Result<List<Invitation>, Refusal> {
        let (me, access) = (call.me()?, &call.access);
        let only = match &input.room {
            Some(text) => Some(named(call, text)?),
            None => None,
        };
        let moderated = only.filter(|room| access.may(me, Action::Moderate, *room).is_ok());
        let mine = |id: ParticipantId| id == me || access.descends(id, me);
        let mut items = Vec::new();
        let rooms = access.rooms();
        for room in rooms.filter(|room| only.is_none_or(|only| only == room.id)) {
            let shown = |id: ParticipantId| mine(id) || moderated.is_some();
            for (id, invitation) in room.invited.iter().filter(|(id, _)| shown(**id)) {
                items.push(Invitation {
                    room: room.id,
                    name: room.name.clone(),
                    participant: present::participant(access, *id),
                    by: invitation.by.map(|by| present::participant(access, by)),
                    seq: invitation.seq,
                });
            }
        }
        Ok(List { items })
    }
}

/// A room that the caller, or somebody below it who is invited there, may know of.
fn named(call: &Call, text: &str) -> Result<RoomId, Refusal> {
    let me = call.me()?;
    let access = &call.access;
    let found = match text.parse::<RoomId>() {
        Ok(id) => access.room(id),
        Err(_) => access.room_named(text),
    };
    let below = found.filter(|room| room.invited.keys().any(|id| access.descends(*id, me)));
    match below {
        Some(room) => Ok(room.id),
        None => Ok(call.room(text)?.id),
    }
}

//! `member.invitations`: those that wait for the caller, and for those below it

use crate::ops::present;
use crate::prelude::*;

impl Run for MemberInvitations {
    async fn run(_: &Door, call: &Call, _: NoInput) -> Result<List<Invitation>, Refusal> {
        let (me, access) = (call.me()?, &call.access);
        let mine = |id: ParticipantId| id == me || access.descends(id, me);
        let mut items = Vec::new();
        for room in access.rooms() {
            for (id, invitation) in room.invited.iter().filter(|(id, _)| mine(**id)) {
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

//! `member.list`

use crate::ops::present;
use crate::prelude::*;

impl Run for MemberList {
    async fn run(_: &Door, call: &Call, input: RoomRefInput) -> Result<List<Member>, Refusal> {
        let room = call.room(&input.room)?;
        // Who is in a listed room is known to all, in others to those who are in it.
        if !room.is_listed() {
            call.access.may(call.me()?, Action::Read, room.id)?;
        }
        let members = call.access.members(room.id).into_iter().filter(|(id, _)| {
            call.sees(*id)
                || call
                    .access
                    .member(room.id, call.actor.participant().unwrap_or(*id))
                    .is_some()
        });
        let items = members.map(|(id, member)| Member {
            participant: present::participant(&call.access, id),
            capabilities: call.access.capabilities(room.id, id),
            since: member.since,
        });
        Ok(List {
            items: items.collect(),
        })
    }
}

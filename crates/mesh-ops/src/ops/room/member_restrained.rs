//! `member.restrained`

use crate::ops::present;
use crate::prelude::*;

impl Run for MemberRestrained {
    async fn run(_: &Door, call: &Call, input: RoomRefInput) -> Result<Restrained, Refusal> {
        let room = call.room(&input.room)?;
        call.access.may(call.me()?, Action::Moderate, room.id)?;
        let lasting = |until: Option<Millis>| until.is_none_or(|until| call.now < until);
        let muted = room.muted.iter().filter(|(_, mute)| lasting(mute.until));
        let muted = muted.map(|(id, mute)| Muted {
            participant: present::participant(&call.access, *id),
            until: mute.until,
            seq: mute.seq,
        });
        let banned = room.banned.iter().map(|(id, seq)| Banned {
            participant: present::participant(&call.access, *id),
            seq: *seq,
        });
        Ok(Restrained {
            muted: muted.collect(),
            banned: banned.collect(),
        })
    }
}

//! `member.unban`

use crate::prelude::*;

impl Run for MemberUnban {
    async fn run(door: &Door, call: &Call, input: MemberRefInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let participant = call.participant(&input.participant)?.id;
        call.done(door, Command::UnbanMember { room, participant })
            .await
    }
}

//! `member.remove`

use crate::prelude::*;

impl Run for MemberRemove {
    async fn run(door: &Door, call: &Call, input: ModerateInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let participant = call.participant(&input.participant)?.id;
        let reason = check::reason(input.reason)?;
        call.done(
            door,
            Command::RemoveMember {
                room,
                participant,
                reason,
            },
        )
        .await
    }
}

//! `member.capabilities`

use crate::prelude::*;

impl Run for MemberCapabilities {
    async fn run(
        door: &Door,
        call: &Call,
        input: MemberCapabilitiesInput,
    ) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let participant = call.participant(&input.participant)?.id;
        let capabilities = input.capabilities;
        call.done(
            door,
            Command::SetMemberCapabilities {
                room,
                participant,
                capabilities,
            },
        )
        .await
    }
}

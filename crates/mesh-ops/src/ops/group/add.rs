//! `group.add`

use crate::prelude::*;

impl Run for GroupAdd {
    async fn run(door: &Door, call: &Call, input: GroupMemberInput) -> Result<Done, Refusal> {
        let group = call.group(&input.group)?.id;
        let participant = call.participant(&input.participant)?.id;
        call.done(door, Command::AddToGroup { group, participant })
            .await
    }
}

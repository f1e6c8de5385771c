//! `group.add`

use crate::prelude::*;
use mesh_model::command::GroupCommand;

impl Run for GroupAdd {
    async fn run(door: &Door, call: &Call, input: GroupMemberInput) -> Result<Done, Refusal> {
        let group = call.group(&input.group)?.id;
        let participant = call.participant(&input.participant)?.id;
        call.done(
            door,
            Command::Group(GroupCommand::Add { group, participant }),
        )
        .await
    }
}

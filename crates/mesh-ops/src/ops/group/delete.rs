//! `group.delete`

use crate::prelude::*;
use mesh_model::command::GroupCommand;

impl Run for GroupDelete {
    async fn run(door: &Door, call: &Call, input: GroupRefInput) -> Result<Done, Refusal> {
        let group = call.group(&input.group)?.id;
        call.done(door, Command::Group(GroupCommand::Delete { group }))
            .await
    }
}

//! `context.remove`

use crate::prelude::*;

use mesh_model::command::ContextCommand;

impl Run for ContextRemove {
    async fn run(door: &Door, call: &Call, input: ContextRefInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let command = Command::Context(ContextCommand::Remove {
            room,
            key: input.key,
            expected: input.expected,
        });
        call.done(door, command).await
    }
}

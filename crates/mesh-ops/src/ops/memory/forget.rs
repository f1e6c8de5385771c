//! `memory.forget`

use crate::ops::memory;
use crate::prelude::*;

use mesh_model::command::MemoryCommand;

impl Run for MemoryForget {
    async fn run(door: &Door, call: &Call, input: MemoryForgetInput) -> Result<Done, Refusal> {
        let owner = memory::mind(call, Some(&input.participant))?;
        let _turn = door.memories().turn(owner).await;
        let memory = memory::named(door, owner, input.key).await?;
        let memory = memory.ok_or_else(|| {
            Refusal::new(
                ErrorCode::NotFound,
                "there is no memory of this name",
                Effect::NothingChanged,
                "list what there is with memory.list",
            )
        })?;
        let command = Command::Memory(MemoryCommand::Forget { memory, owner });
        call.done(door, command).await
    }
}

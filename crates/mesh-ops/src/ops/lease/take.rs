//! `lease.take`

use crate::prelude::*;

use mesh_model::command::LeaseCommand;

impl Run for LeaseTake {
    async fn run(door: &Door, call: &Call, input: LeaseTakeInput) -> Result<Done, Refusal> {
        let command = Command::Lease(LeaseCommand::Take {
            room: call.room(&input.room)?.id,
            paths: input.paths,
            mode: input.mode,
            minutes: input.minutes,
        });
        call.done(door, command).await
    }
}

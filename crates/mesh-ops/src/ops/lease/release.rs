//! `lease.release`

use crate::prelude::*;

use mesh_model::command::LeaseCommand;

impl Run for LeaseRelease {
    async fn run(door: &Door, call: &Call, input: LeaseReleaseInput) -> Result<Done, Refusal> {
        let command = Command::Lease(LeaseCommand::Release {
            room: call.room(&input.room)?.id,
            lease: input.lease,
        });
        call.done(door, command).await
    }
}

//! `dispatch.resume`

use mesh_model::command::DispatchCommand;

use crate::prelude::*;

impl Run for DispatchResume {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<Done, Refusal> {
        let command = Command::Dispatch(DispatchCommand::Resume);
        call.done(door, command).await
    }
}

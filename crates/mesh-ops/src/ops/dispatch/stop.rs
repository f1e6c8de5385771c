//! `dispatch.stop`

use mesh_model::command::DispatchCommand;

use crate::prelude::*;

impl Run for DispatchStop {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<Done, Refusal> {
        let command = Command::Dispatch(DispatchCommand::Stop);
        call.done(door, command).await
    }
}

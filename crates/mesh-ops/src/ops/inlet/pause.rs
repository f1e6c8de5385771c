//! `inlet.pause`

use crate::prelude::*;
use mesh_model::command::InletCommand;

impl Run for InletPause {
    async fn run(door: &Door, call: &Call, input: InletRefInput) -> Result<Done, Refusal> {
        let command = InletCommand::Pause { inlet: input.inlet };
        call.done(door, Command::Inlet(command)).await
    }
}

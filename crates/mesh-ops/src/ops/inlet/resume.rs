//! `inlet.resume`

use crate::prelude::*;
use mesh_model::command::InletCommand;

impl Run for InletResume {
    async fn run(door: &Door, call: &Call, input: InletRefInput) -> Result<Done, Refusal> {
        let command = InletCommand::Resume { inlet: input.inlet };
        call.done(door, Command::Inlet(command)).await
    }
}

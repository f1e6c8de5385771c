//! `tool.accept`

use crate::prelude::*;
use mesh_model::command::ToolCommand;

impl Run for ToolAccept {
    async fn run(door: &Door, call: &Call, input: ToolAcceptInput) -> Result<Done, Refusal> {
        let command = Command::Tool(ToolCommand::Accept {
            server: input.server,
            tool: input.tool,
            offer: input.offer,
        });
        call.done(door, command).await
    }
}

//! `tool.audience`

use crate::prelude::*;
use mesh_model::command::ToolCommand;

impl Run for ToolAudienceSet {
    async fn run(door: &Door, call: &Call, input: ToolAudienceInput) -> Result<Done, Refusal> {
        let command = Command::Tool(ToolCommand::SetAudience {
            tool: input.tool,
            audience: input.audience,
        });
        call.done(door, command).await
    }
}

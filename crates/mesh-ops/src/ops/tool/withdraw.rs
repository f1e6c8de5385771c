//! `tool.withdraw`: calls under way end with it

use crate::prelude::*;
use mesh_model::command::ToolCommand;

impl Run for ToolWithdraw {
    async fn run(door: &Door, call: &Call, input: ToolWithdrawInput) -> Result<Done, Refusal> {
        let command = Command::Tool(ToolCommand::Withdraw {
            server: input.server.clone(),
        });
        let done = call.done(door, command).await?;
        door.seats().close(&input.server);
        Ok(done)
    }
}

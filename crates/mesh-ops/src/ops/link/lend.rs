//! `link.lend`

use crate::prelude::*;
use mesh_model::command::LinkCommand;

impl Run for LinkLend {
    async fn run(door: &Door, call: &Call, input: LinkLendInput) -> Result<Done, Refusal> {
        let command = LinkCommand::Lend {
            link: call.link(&input.link)?.id,
            room: call.room(&input.room)?.id,
            capabilities: input.capabilities,
            at_once: input.at_once.unwrap_or(1),
        };
        call.done(door, Command::Link(command)).await
    }
}

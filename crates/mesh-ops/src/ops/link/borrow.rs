//! `link.borrow`

use crate::prelude::*;
use mesh_model::command::LinkCommand;

impl Run for LinkBorrow {
    async fn run(door: &Door, call: &Call, input: LinkBorrowInput) -> Result<Done, Refusal> {
        let command = LinkCommand::Borrow {
            link: call.link(&input.link)?.id,
            room: call.room(&input.room)?.id,
            capabilities: input.capabilities,
        };
        call.done(door, Command::Link(command)).await
    }
}

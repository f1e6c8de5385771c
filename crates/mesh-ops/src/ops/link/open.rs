//! `link.open`: a room that strangers may follow

use crate::prelude::*;
use mesh_model::command::LinkCommand;

impl Run for LinkOpen {
    async fn run(door: &Door, call: &Call, input: LinkOpenInput) -> Result<Done, Refusal> {
        let room = call.room(&input.room)?.id;
        let open = input.open;
        call.done(door, Command::Link(LinkCommand::Open { room, open }))
            .await
    }
}

//! `link.share`

use crate::prelude::*;
use mesh_model::command::LinkCommand;

impl Run for LinkShare {
    async fn run(door: &Door, call: &Call, input: LinkShareInput) -> Result<Done, Refusal> {
        let link = call.link(&input.link)?.id;
        let room = call.room(&input.room)?.id;
        call.done(door, Command::Link(LinkCommand::Share { link, room }))
            .await
    }
}

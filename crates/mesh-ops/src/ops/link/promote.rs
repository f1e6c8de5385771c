//! `link.promote`

use crate::prelude::*;
use mesh_model::command::LinkCommand;

impl Run for LinkPromote {
    async fn run(door: &Door, call: &Call, input: LinkRefInput) -> Result<Done, Refusal> {
        let link = call.link(&input.link)?.id;
        call.done(door, Command::Link(LinkCommand::Promote { link }))
            .await
    }
}

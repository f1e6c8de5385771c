//! `link.drop`

use crate::prelude::*;
use mesh_model::command::LinkCommand;

impl Run for LinkDrop {
    async fn run(door: &Door, call: &Call, input: LinkDeadInput) -> Result<Done, Refusal> {
        let link = call.link(&input.link)?.id;
        let seqs = input.seqs;
        call.done(door, Command::Link(LinkCommand::Drop { link, seqs }))
            .await
    }
}

//! `link.resume`: it goes on, and the peer is called at once

use crate::prelude::*;
use mesh_model::command::LinkCommand;

impl Run for LinkResume {
    async fn run(door: &Door, call: &Call, input: LinkRefInput) -> Result<Done, Refusal> {
        let link = call.link(&input.link)?.id;
        let done = call
            .done(door, Command::Link(LinkCommand::Resume { link }))
            .await?;
        if let Some(peers) = door.peers() {
            peers.call(link);
        }
        Ok(done)
    }
}

//! `link.unpublish`: nothing is told there any more, and the interchange is asked to forget what was

use crate::prelude::*;
use mesh_model::command::LinkCommand;

impl Run for LinkUnpublish {
    async fn run(
        door: &Door,
        call: &Call,
        input: LinkUnpublishInput,
    ) -> Result<LinkWithdrawnCard, Refusal> {
        let at = super::discover::address(&input.at)?;
        let command = LinkCommand::Unpublish { at: at.clone() };
        call.submit(door, Command::Link(command)).await?;
        let withdrawn = match door.peers() {
            Some(peers) => peers.withdraw(at).await,
            None => Err("this node speaks with no interchange".to_owned()),
        };
        Ok(LinkWithdrawnCard {
            withdrawn: withdrawn.is_ok(),
            trouble: withdrawn.err(),
        })
    }
}

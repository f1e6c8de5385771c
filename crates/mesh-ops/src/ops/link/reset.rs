//! `link.reset`: where the peer's log ends now is what it said when both met last

use crate::prelude::*;
use mesh_model::command::LinkCommand;

impl Run for LinkReset {
    async fn run(door: &Door, call: &Call, input: LinkRefInput) -> Result<Done, Refusal> {
        let found = call.link(&input.link)?;
        let link = found.id;
        if found.taken.is_none() {
            // There is nothing to forget.
            return call
                .done(door, Command::Link(LinkCommand::Resume { link }))
                .await;
        }
        let head = door.peers().and_then(|peers| peers.seen(link).head);
        let place = head.ok_or_else(|| {
            refuse::conflict(
                "this node has not met the peer since it was started, so it does not know where the peer's log ends",
                "let both meet first: link.resume calls the peer",
            )
            .so(Effect::NothingChanged)
        })?;
        let done = call
            .done(door, Command::Link(LinkCommand::Reset { link, place }))
            .await?;
        if let Some(peers) = door.peers() {
            peers.call(link);
        }
        Ok(done)
    }
}

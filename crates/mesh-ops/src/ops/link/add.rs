//! `link.add`

use super::describe;
use crate::prelude::*;

use mesh_model::LinkId;
use mesh_model::command::LinkCommand;
use mesh_model::events::LinkFacts;
use mesh_store::view::HomeWaits;

impl Run for LinkAdd {
    async fn run(door: &Door, call: &Call, input: LinkAddInput) -> Result<Link, Refusal> {
        let command = Command::Link(LinkCommand::Add {
            link: LinkId(Uuid::now_v7()),
            peer: input.key,
            participant: ParticipantId(Uuid::now_v7()),
            name: input.name,
            address: input.address,
        });
        let outcome = call.submit(door, command).await?;
        let added = door
            .facts(&outcome)
            .await?
            .into_iter()
            .find_map(|facts| match facts {
                Facts::Link(LinkFacts::Added(added)) => Some(added.link),
                _ => None,
            });
        let access = door.node().access();
        let found = added.and_then(|link| access.link(link));
        let nothing = HomeWaits::new();
        describe(door, call, found.ok_or_else(refuse::no_link)?, &nothing)
    }
}

//! `link.follow`: a room here mirrors one of the peer's

use crate::prelude::*;

use mesh_model::command::LinkCommand;
use mesh_model::events::{History, LinkFacts};

impl Run for LinkFollow {
    async fn run(
        door: &Door,
        call: &Call,
        input: LinkFollowInput,
    ) -> Result<LinkFollowed, Refusal> {
        let found = call.link(&input.link)?;
        let wanted = input.room.trim_start_matches('#');
        let by_id = wanted.parse::<RoomId>().ok();
        let mut fits = found.offers.iter().filter(|(there, offer)| {
            offer.open && (by_id == Some(**there) || offer.name == wanted)
        });
        let (there, offer) = fits.next().ok_or_else(|| {
            refuse::not_found(
                "offered room",
                "link.get shows the rooms that the peer offers",
            )
        })?;
        if fits.next().is_some() {
            return Err(refuse::invalid(
                format!("the peer offers two rooms called '{wanted}'"),
                "name the room by its id: link.get shows it",
            )
            .within("/room"));
        }
        let command = Command::Link(LinkCommand::Follow {
            link: found.id,
            there: *there,
            room: RoomId(Uuid::now_v7()),
            name: input.name.unwrap_or_else(|| offer.name.clone()),
            access: input.access,
            history: History::All,
        });
        let outcome = call.submit(door, command).await?;
        told::<LinkFollow>(door, call, &outcome).await
    }

    fn told(_: &Call, outcome: &Outcome, facts: Vec<Facts>) -> Option<LinkFollowed> {
        facts.into_iter().find_map(|facts| match facts {
            Facts::Link(LinkFacts::Following(following)) => Some(LinkFollowed {
                room: following.room,
                seq: outcome.last(),
            }),
            _ => None,
        })
    }
}

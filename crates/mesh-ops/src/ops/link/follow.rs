//! `link.follow`: a room here mirrors one of the peer's

use crate::prelude::*;

use mesh_core::Link as Record;
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
        let there = match wanted.parse::<RoomId>() {
            Ok(id) => id,
            Err(_) => named(found, wanted)?,
        };
        let offered = found.offers.get(&there).map(|offer| offer.name.clone());
        let name = input.name.or(offered).ok_or_else(|| {
            refuse::invalid(
                "the peer has not offered this room yet, so it has no name here",
                "give it one: 'name'",
            )
            .within("/name")
        })?;
        let command = Command::Link(LinkCommand::Follow {
            link: found.id,
            there,
            room: RoomId(Uuid::now_v7()),
            name,
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

/// The room that the peer offers by this name.
fn named(found: &Record, wanted: &str) -> Result<RoomId, Refusal> {
    let mut fits = found
        .offers
        .iter()
        .filter(|(_, offer)| offer.open && offer.name == wanted);
    let (there, _) = fits.next().ok_or_else(|| {
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
    Ok(*there)
}

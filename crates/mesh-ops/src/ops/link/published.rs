//! `link.published`

use mesh_node::machine::Whose;

use crate::ops::present;
use crate::prelude::*;

impl Run for LinkPublished {
    async fn run(door: &Door, call: &Call, _: NoInput) -> Result<LinkCards, Refusal> {
        let access = &call.access;
        let owner = access.owner().ok_or_else(refuse::no_link)?;
        let reader = present::reader(door, call);
        let whose = Whose::of(access, owner, call.head);
        let cards = access.cards().map(|(at, card)| {
            let shown = door.peers().and_then(|peers| peers.shown(at));
            LinkOwnCard {
                at: reader.tell(access, &whose, at),
                name: card.name.clone(),
                about: reader.tell(access, &whose, card.about.as_str()),
                agents: card
                    .agents
                    .iter()
                    .map(|agent| present::participant(access, *agent))
                    .collect(),
                shown: matches!(shown, Some(Ok(()))),
                trouble: shown.and_then(Result::err),
            }
        });
        let rooms = access.open_rooms();
        Ok(LinkCards {
            cards: cards.collect(),
            rooms: rooms
                .map(|room| LinkOpenRoom {
                    room: room.id,
                    name: room.name.clone(),
                })
                .collect(),
        })
    }
}

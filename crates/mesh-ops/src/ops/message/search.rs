//! `message.search`

use crate::ops::{message, present};
use crate::prelude::*;

use mesh_store::view::Search;

impl Run for MessageSearch {
    async fn run(
        door: &Door,
        call: &Call,
        input: MessageSearchInput,
    ) -> Result<List<SearchHit>, Refusal> {
        let limit = check::limit(input.limit)?;
        let room = match &input.room {
            Some(room) => Some(call.readable_room(room)?.0),
            None => None,
        };
        let from = match &input.from {
            Some(who) => Some(call.participant(who)?.id),
            None => None,
        };
        let rooms = call.rooms()?;
        let words = check::words(Some(input.q))?.unwrap_or_default();
        let (since, until) = (input.since, input.until);
        let found = door
            .view(call, move |view| {
                view.search(
                    &rooms,
                    &Search {
                        words: &words,
                        room,
                        from,
                        mentions: None,
                        since,
                        until,
                        limit,
                    },
                )
            })
            .await?;
        let reader = present::reader(door, call);
        let items = found.into_iter().map(|row| SearchHit {
            snippet: message::snippet(reader, &row.message, row.snippet),
            message: message::view(call, reader, row.message),
        });
        Ok(List {
            items: items.collect(),
        })
    }
}

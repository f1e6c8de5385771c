//! `message.search`

use crate::ops::{message, present};
use crate::prelude::*;

use mesh_model::limits::TEXT_CHARS_MAX;
use mesh_store::view::Search;

impl Run for MessageSearch {
    async fn run(
        door: &Door,
        call: &Call,
        input: MessageSearchInput,
    ) -> Result<List<Found>, Refusal> {
        if input.q.chars().count() > TEXT_CHARS_MAX {
            return Err(refuse::invalid(
                format!("the field 'q' has more than {TEXT_CHARS_MAX} characters"),
                "search for fewer words",
            ));
        }
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
        let (words, since, until) = (input.q, input.since, input.until);
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
        let items = found.into_iter().map(|row| Found {
            snippet: message::snippet(reader, &row.message, row.snippet),
            message: message::view(&call.access, reader, row.message),
        });
        Ok(List {
            items: items.collect(),
        })
    }
}

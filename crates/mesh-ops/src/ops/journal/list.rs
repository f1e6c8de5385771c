//! `journal.list`

use super::{ask, describe};
use crate::ops::present;
use crate::prelude::*;

use mesh_model::limits::JOURNAL_SOUGHT_CHARS_MAX;
use mesh_store::view::JournalAsk;

impl Run for JournalList {
    async fn run(
        door: &Door,
        call: &Call,
        input: JournalListInput,
    ) -> Result<Page<JournalLine>, Refusal> {
        let limit = check::limit(input.limit)?;
        door.check_cursor(input.after)?;
        let author = input.participant.as_deref();
        let author = author.map(|who| call.participant(who)).transpose()?;
        let room = input.room.as_deref();
        let room = room.map(|room| call.readable_room(room)).transpose()?;
        let asked = JournalAsk {
            author: author.map(|found| found.id),
            level: input.level,
            room: room.map(|(room, _)| room),
            task: input.task,
            words: words(input.text)?,
            since: input.since,
            until: input.until,
            after: input.after,
            before: input.before,
            limit,
            ..ask(call, call.rooms()?)
        };
        let page = door.view(call, move |view| view.journal(&asked)).await?;
        let reader = present::reader(door, call);
        Ok(Page {
            items: page
                .items
                .into_iter()
                .map(|row| describe(call, reader, row))
                .collect(),
            next: page.next,
            prev: page.prev,
        })
    }
}

fn words(text: Option<String>) -> Result<Vec<String>, Refusal> {
    let text = text.unwrap_or_default();
    if text.chars().count() > JOURNAL_SOUGHT_CHARS_MAX {
        return Err(refuse::invalid(
            format!("words to seek have at most {JOURNAL_SOUGHT_CHARS_MAX} characters"),
            "name fewer words",
        ));
    }
    let words = text.split_whitespace();
    Ok(words.map(str::to_lowercase).collect())
}

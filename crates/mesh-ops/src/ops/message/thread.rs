//! `message.thread`

use crate::ops::{message, present};
use crate::prelude::*;

use mesh_model::limits::PAGE_ITEMS_MAX;

use super::get::readable;

impl Run for MessageThread {
    async fn run(
        door: &Door,
        call: &Call,
        input: MessageRefInput,
    ) -> Result<List<Message>, Refusal> {
        let row = readable(door, call, input.message).await?;
        let (_, first) = call.readable(row.facts.room)?;
        let rows = door
            .view(call, move |view| {
                view.thread(input.message, first, PAGE_ITEMS_MAX)
            })
            .await?;
        let reader = present::reader(door, call);
        Ok(List {
            items: rows
                .into_iter()
                .map(|row| message::view(call, reader, row))
                .collect(),
        })
    }
}

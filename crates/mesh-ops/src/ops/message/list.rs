//! `message.list`: history both ways

use crate::ops::{message, present};
use crate::prelude::*;

impl Run for MessageList {
    async fn run(
        door: &Door,
        call: &Call,
        input: MessageListInput,
    ) -> Result<Page<Message>, Refusal> {
        let (room, first) = call.readable_room(&input.room)?;
        let limit = check::limit(input.limit)?;
        let (after, before) = (input.after, input.before);
        door.check_cursor(after)?;
        let page = door
            .view(call, move |view| {
                view.history(room, first, after, before, limit)
            })
            .await?;
        let reader = present::reader(door, call);
        let items = page
            .items
            .into_iter()
            .map(|row| message::view(call, reader, row));
        Ok(Page {
            items: items.collect(),
            next: page.next,
            prev: page.prev,
        })
    }
}

//! `delivery.take`: what is handed is noted before it leaves, so a repeated call gets what is new and nothing twice

use std::collections::HashMap;

use mesh_model::limits::{DELIVERY_BYTES_MAX, PAGE_ITEMS_MAX};
use mesh_store::view::MessageRow;

use super::check_session;
use crate::ops::inbox::{self, Unread};
use crate::ops::{message, present};
use crate::prelude::*;

impl Run for DeliveryTake {
    async fn run(
        door: &Door,
        call: &Call,
        input: DeliveryTakeInput,
    ) -> Result<Deliveries, Refusal> {
        let me = call.me()?;
        check_session(&input.session)?;
        door.node().sessions().takes(me);
        let limit = check::limit(input.limit)?;
        // What other sessions have stands first, so the whole page is looked at.
        let found = inbox::waiting(door, call, me, false, PAGE_ITEMS_MAX).await?;
        let Unread { rows, waiting, .. } = found;
        let seqs: Vec<Seq> = rows.iter().map(|row| row.seq).collect();
        let (session, now) = (input.session, call.now);
        let handed = door
            .vault(move |vault| {
                let handed = vault.hand(me, &session, &seqs, limit, now)?;
                let tagged = handed
                    .into_iter()
                    .map(|(seq, attempt)| (seq, (attempt, vault.delivery_tag(me, seq))));
                Ok(tagged.collect::<HashMap<_, _>>())
            })
            .await?;
        let reader = present::reader(door, call);
        let item = |row: MessageRow| {
            let (attempt, tag) = handed.get(&row.seq)?.clone();
            Some(delivery(
                call,
                message::view(call, reader, row),
                attempt,
                tag,
            ))
        };
        let items: Vec<_> = rows.into_iter().filter_map(item).collect();
        if !items.is_empty() {
            door.note_read_everywhere(call).await?;
        }
        Ok(Deliveries { items, waiting })
    }
}

/// A message as it goes into a conversation.
fn delivery(call: &Call, message: Message, attempt: u32, tag: String) -> Delivery {
    let room = call
        .access
        .room(message.room)
        .and_then(|room| room.name.clone());
    let place = room.map_or_else(|| "to you".to_owned(), |name| format!("in #{name}"));
    let answered = message
        .reply_to
        .map(|id| format!(", answering {id}"))
        .unwrap_or_default();
    let head = format!("[mesh:{tag}] @{} {place}{answered}:", message.from.handle);
    let files: String = (message.files.iter())
        .map(|file| {
            format!(
                "\n[file: {file}; read it with mesh_call file.get, path {}]",
                file.file
            )
        })
        .collect();
    let whole = format!("{head} {}{files}", message.text);
    let fits = whole.len() <= DELIVERY_BYTES_MAX && message.payload.is_none();
    let words = if fits {
        whole
    } else {
        let size = message.text.len();
        format!(
            "{head} a message of {size} bytes; read {} with mesh_call message.get",
            message.id
        )
    };
    Delivery {
        tag,
        message: message.id,
        room: message.room,
        from: message.from,
        words,
        whole: fits,
        attempt,
    }
}

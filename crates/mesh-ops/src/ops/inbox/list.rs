//! `inbox.list`: messages that wait

use crate::ops::{message, present};
use crate::prelude::*;

use mesh_store::view::MessageRow;

use super::Unread;

impl Run for InboxList {
    async fn run(door: &Door, call: &Call, input: InboxListInput) -> Result<Inbox, Refusal> {
        let me = call.me()?;
        let limit = check::limit(input.limit)?;
        let only = input.mentions_only;
        let Unread {
            rows,
            waiting,
            upto,
        } = super::waiting(door, call, me, only, limit).await?;
        if let Some(offered) = offered(&rows, limit).filter(|_| !only) {
            door.node().offer(me, offered);
        }
        let reader = present::reader(door, call);
        Ok(Inbox {
            items: rows
                .into_iter()
                .map(|row| message::view(call, reader, row))
                .collect(),
            waiting,
            position: upto,
        })
    }
}

/// Up to where everything that waits is in the answer. Urgent messages come first in it, whatever
/// their age, so a full page says nothing about what is older than they are.
fn offered(rows: &[MessageRow], limit: usize) -> Option<Seq> {
    let whole = rows.len() < limit;
    let in_order = rows
        .iter()
        .filter(|row| whole || row.facts.priority != events::Priority::Now);
    in_order.map(|row| row.seq).max()
}

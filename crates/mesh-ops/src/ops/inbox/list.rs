//! `inbox.list`: messages that wait

use crate::ops::{message, present};
use crate::prelude::*;

use mesh_store::view::{Inbox as Waiting, MessageRow};

impl Run for InboxList {
    async fn run(door: &Door, call: &Call, input: InboxListInput) -> Result<Inbox, Refusal> {
        let me = call.me()?;
        let limit = check::limit(input.limit)?;
        let rooms = call.access.inbox_rooms(me);
        let position = door.position(me).await?;
        let direct = |id: &RoomId| {
            call.access
                .room(*id)
                .is_some_and(|room| room.kind == RoomKind::Direct)
        };
        let direct: Vec<_> = rooms.iter().map(|(id, _)| *id).filter(direct).collect();
        let upto = position.upto;
        let only = input.mentions_only;
        let (rows, unread) = door
            .view(call, move |view| {
                let inbox = Waiting {
                    participant: me,
                    rooms: &rooms,
                    position: &position,
                };
                let rows = view.waiting(inbox, only.then_some(direct.as_slice()), limit)?;
                Ok((rows, view.unread(inbox)?))
            })
            .await?;
        if let Some(offered) = offered(&rows, limit).filter(|_| !only) {
            door.node().offer(me, offered);
        }
        let reader = present::reader(door, call);
        Ok(Inbox {
            items: rows
                .into_iter()
                .map(|row| message::view(&call.access, reader, row))
                .collect(),
            waiting: unread.iter().map(|room| room.messages).sum(),
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

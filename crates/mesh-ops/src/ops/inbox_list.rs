//! `inbox.list`: messages that wait

use crate::prelude::*;

use mesh_store::view::Inbox as Waiting;

use crate::present;

impl Run for InboxList {
    async fn run(door: &Door, call: &Call, input: InboxListInput) -> Result<Inbox, Refusal> {
        let me = call.me()?;
        let limit = check::limit(input.limit)?;
        let rooms = call.rooms()?;
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
        for row in &rows {
            door.node().offer(me, row.seq);
        }
        Ok(Inbox {
            items: rows
                .into_iter()
                .map(|row| present::message(&call.access, row))
                .collect(),
            waiting: unread.iter().map(|room| room.messages).sum(),
            position: upto,
        })
    }
}

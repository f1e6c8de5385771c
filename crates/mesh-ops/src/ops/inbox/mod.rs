//! What waits for a participant.

mod ack;
mod list;

use mesh_store::view::{Inbox as Waiting, MessageRow};

use crate::prelude::*;

/// What waits: messages, `now` first and then by age, how many there are in all, and up to where everything was taken in.
pub(crate) struct Unread {
    pub rows: Vec<MessageRow>,
    pub waiting: u32,
    pub upto: Seq,
}

/// Looks into somebody's inbox; `only` leaves out what neither names the reader nor is direct.
pub(crate) async fn waiting(
    door: &Door,
    call: &Call,
    me: ParticipantId,
    only: bool,
    limit: usize,
) -> Result<Unread, Refusal> {
    let rooms = call.access.inbox_rooms(me);
    let position = door.position(me).await?;
    let direct = |id: &RoomId| {
        call.access
            .room(*id)
            .is_some_and(|room| room.kind == RoomKind::Direct)
    };
    let direct: Vec<_> = rooms.iter().map(|(id, _)| *id).filter(direct).collect();
    let upto = position.upto;
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
    Ok(Unread {
        rows,
        waiting: unread.iter().map(|room| room.messages).sum(),
        upto,
    })
}

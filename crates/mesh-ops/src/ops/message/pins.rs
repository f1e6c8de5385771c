//! `message.pins`

use crate::ops::{message, present};
use crate::prelude::*;

impl Run for MessagePins {
    async fn run(door: &Door, call: &Call, input: RoomRefInput) -> Result<List<Pinned>, Refusal> {
        let (room, _) = call.readable_room(&input.room)?;
        let found = call.access.room(room).ok_or_else(refuse::no_room)?;
        let pins = call.access.pins(found, call.me()?);
        let ids: Vec<_> = pins.iter().map(|(message, _)| *message).collect();
        let rows = door
            .view(call, move |view| {
                ids.into_iter()
                    .map(|id| view.message(id))
                    .collect::<Result<Vec<_>, _>>()
            })
            .await?;
        let reader = present::reader(door, call);
        let items = pins.into_iter().zip(rows).filter_map(|((_, pin), row)| {
            // The view may be an instant ahead of this picture: what is gone is pinned no more.
            let row = row.filter(|row| !row.is_gone())?;
            Some(Pinned {
                message: message::view(call, reader, row),
                by: pin.by.map(|id| present::participant(&call.access, id)),
                seq: pin.seq,
            })
        });
        Ok(List {
            items: items.collect(),
        })
    }
}

//! `quarantine.list`: what waits in the rooms that the caller moderates

use crate::ops::{message, present};
use crate::prelude::*;

impl Run for QuarantineList {
    async fn run(
        door: &Door,
        call: &Call,
        input: QuarantineListInput,
    ) -> Result<List<Quarantined>, Refusal> {
        let me = call.me()?;
        let rooms: Vec<RoomId> = match &input.room {
            Some(room) => {
                let room = call.room(room)?.id;
                call.access.may(me, Action::Moderate, room)?;
                vec![room]
            }
            None => {
                let moderated = call
                    .access
                    .rooms_of(me)
                    .filter(|room| call.access.may(me, Action::Moderate, room.id).is_ok());
                moderated.map(|room| room.id).collect()
            }
        };
        let rows = door.view(call, move |view| view.quarantine(&rooms)).await?;
        let reader = present::reader(door, call);
        // Nobody has said yet that it is harmless, and its room has not heard it.
        if !rows.is_empty() {
            reader.note_outside();
        }
        let items = rows.into_iter().filter_map(|row| {
            let message = message::waiting(call, reader, row);
            let guard = message.guard.clone()?;
            Some(Quarantined { message, guard })
        });
        Ok(List {
            items: items.collect(),
        })
    }
}
